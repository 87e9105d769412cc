import { rejectedBars } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { count, counted, decimal } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import type { TickerDetails, TickerRecord } from "../ticker_record.ts";
import { type Column, DataTable, numberColumn, places } from "./data_table.tsx";
import { ExternalLink } from "./external_link.tsx";

/** Data about the instrument itself, as far as the sources have them. */
export function TickerFacts({ ticker, details }: { ticker: string; details: TickerDetails | null }) {
  if (details === null) {
    return <p class="empty">No source lists {ticker}: only bars of it were received.</p>;
  }
  const { active, market_cap: cap, homepage_url: site, currency } = details;
  const facts: [title: string, value: string | 0 | null][] = [
    ["Name", details.name],
    ["Type", details.type],
    ["Exchange", details.exchange],
    ["Currency", currency],
    ["Sector", details.sector],
    ["SIC code", details.sic_code],
    ["Listed", details.list_date],
    ["Trading", active === null ? null : active ? "active" : "no longer"],
    ["Delisted", details.delisted_on && `${details.delisted_on}, the first session without it`],
    ["Composite FIGI", details.composite_figi],
    ["Share class FIGI", details.share_class_figi],
    ["CIK", details.cik],
    ["Market value", cap && `${decimal(cap / 1e6, 0)} million ${currency ?? ""}`.trim()],
    ["Employees", details.total_employees && count(details.total_employees)],
  ];
  const known = facts.filter(([, value]) => value !== null && value !== 0);
  return (
    <>
      {details.description && <p class="description">{details.description}</p>}
      <dl class="facts">
        {known.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {site && (
          <div>
            <dt>Site</dt>
            <dd>
              <ExternalLink href={site}>{site}</ExternalLink>
            </dd>
          </div>
        )}
      </dl>
      {known.length <= 1 && <p class="faint">The source has no further details.</p>}
    </>
  );
}

const rejectedColumns: readonly Column<TickerRecord["rejected"][number]>[] = [
  {
    title: "Session",
    header: true,
    cell: ({ session, occurrence }) => (
      <>
        {session}
        {occurrence > 1 && <span class="faint">, bar {occurrence}</span>}
      </>
    ),
  },
  { title: "Reason", cell: ({ reason }) => reason },
  numberColumn("Open", "open", places(2)),
  numberColumn("High", "high", places(2)),
  numberColumn("Low", "low", places(2)),
  numberColumn("Close", "close", places(2)),
  numberColumn("Volume", "volume", places(0)),
];

/** Bars that were received but not used, each with its reason. */
export function RejectedBars({ record: { ticker, rejected, rejectedCut, sources } }: { record: TickerRecord }) {
  if (rejected.length === 0) {
    return (
      <p class="empty">
        {sources.has(rejectedBars.key)
          ? `All received bars of ${ticker} are usable.`
          : "No bars have been checked yet."}
      </p>
    );
  }
  return (
    <>
      <p class="about">
        {rejectedCut ? `The newest ${count(rejected.length)} bars` : counted(rejected.length, "bar")}{" "}
        that are unusable, as received. <a href={rowsPath(rejectedBars, equalTo({ ticker }))}>All as CSV</a>
      </p>
      <DataTable label={`Rejected bars of ${ticker}`} bounded columns={rejectedColumns} rows={rejected} />
    </>
  );
}
