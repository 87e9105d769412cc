import type { OriginalTable } from "../../../resources/original/mod.ts";
import { nameOf } from "../../pairs/choice_rule.ts";
import type { RejectedRows } from "../../market/rejected_rows.ts";
import type { ImportedRows } from "../imported_rows.ts";
import { type TableReport, TableTally } from "./table_tally.ts";
import { textIn, tickerIn, ValueFault } from "./values.ts";

type Pair = ImportedRows["pairs"][number];

/** The pairs chosen by hand, in ticker order; the table has no others. */
export function handChosenPairs(table: OriginalTable, rejected: RejectedRows): { pairs: Pair[]; report: TableReport } {
  const { columns } = table;
  const tally = new TableTally(table, rejected.add);
  const found = new Map<string, Pair>();
  for (let row = 0; row < table.rows; row++) {
    try {
      const pair = {
        ticker_1: tickerIn(columns.ticker_1![row], "ticker_1"),
        ticker_2: tickerIn(columns.ticker_2![row], "ticker_2"),
      };
      if (pair.ticker_1 === pair.ticker_2) throw new ValueFault("pairs a ticker with itself");
      const known = found.get(nameOf(pair));
      if (known?.ticker_1 === pair.ticker_2) throw new ValueFault("is an earlier pair the other way round");
      if (known) tally.repeat();
      else {
        found.set(nameOf(pair), pair);
        tally.take();
      }
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      const ticker = [columns.ticker_1![row], columns.ticker_2![row]].filter((part) => part !== null).join(" and ");
      tally.refuse(row, error.message, { ticker: ticker || null });
    }
  }
  const keyOf = ({ ticker_1, ticker_2 }: Pair) => `${ticker_1}\n${ticker_2}`;
  return { pairs: [...found.values()].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1), report: tally.report };
}

/** Addresses valid in an allow-list: without comma, blank or equals sign, and with a host. */
const ADDRESS = /^[^\s@=,]+@[^\s@=,]+\.[^\s@=,.]+$/;

/** Addresses of the original's users, in lower case, as compared by an allow-list. */
export function addressesOfUsers(table: OriginalTable): { addresses: string[]; report: TableReport } {
  const tally = new TableTally(table);
  const found = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    const address = textIn(table.columns.email![row])?.toLowerCase() ?? "";
    if (textIn(table.columns.deleted_at![row]) !== null) tally.refuse(row, "is marked as deleted");
    else if (!ADDRESS.test(address)) tally.refuse(row, "email is no address");
    else if (found.has(address)) tally.repeat();
    else {
      found.add(address);
      tally.take();
    }
  }
  return { addresses: [...found].sort(), report: tally.report };
}
