import { type Engine, EngineError, type Receipt } from "../engine/mod.ts";
import { splitFilters } from "../routes/row_filters.ts";
import { asOf as asOfParameter } from "../routes/validation.ts";
import type { ReceiptPageProps } from "./pages/receipt.tsx";

/** Parts of the engine used by the page of a receipt. */
export type ReceiptEngine = Pick<Engine, "graph" | "receipts">;

/** Reads the receipts of the rows that an address names by column values, and the body of their replay request. */
export async function readReceipts(
  engine: ReceiptEngine,
  key: string,
  search: URLSearchParams,
): Promise<Pick<ReceiptPageProps, "receipts" | "problem" | "replay">> {
  let receipts: readonly Receipt[] = [];
  let replay: ReceiptPageProps["replay"] = { where: {} };
  try {
    const { filters, parameters } = splitFilters(search, { as_of: true });
    const version = asOfParameter.optional().safeParse(parameters.as_of);
    if (!version.success) return { receipts, problem: `as_of: ${version.error.issues[0]!.message}`, replay };
    const asOf = version.data;
    replay = {
      where: Object.fromEntries(filters.map(({ column, value }) => [column, value])),
      ...(asOf !== undefined && { asOf }),
    };
    receipts = await engine.receipts(key, { filters, asOf });
    return { receipts, problem: null, replay };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { receipts, problem: error.message, replay };
  }
}
