import { type Check, check, type CheckedRows, type Metadata, table } from "../../engine/mod.ts";
import type { SourceCalendar } from "../../resources/exchange_calendar/mod.ts";
import { differs, kindOfReason } from "./bar_judgement.ts";

/*
 * Checks of the coverage and usability of bars. Their messages name tickers, dates and the remedy. Only `mostUsable` blocks
 * publication: if most bars are unusable, the previous version is better.
 */

/** Names in a sentence before the rest is counted. */
const mostNamed = 5;

interface RejectedBar {
  ticker: string;
  session: string;
  reason: string;
}

/**
 * Few bars are rejected: at most 1 % of all, and 10 % in each of the newest sessions.
 *
 * The metadata must have `received`, the number of bars, and `newest`, a table of the newest sessions with the numbers of
 * received and rejected bars; and `reasons`, a table of kinds of reasons with their numbers.
 *
 * @param options.ofAll Whether the metadata are of all rows, even if earlier rows are not among the checked ones.
 */
export function fewRejected<Row extends RejectedBar>(
  { share = 0.01, newestShare = 0.1, ofAll }: { share?: number; newestShare?: number; ofAll?: boolean } = {},
): Check<Row> {
  return check<Row>(
    "few_rejected",
    `At most ${percent(share)} of the bars received are rejected, and at most ${
      percent(newestShare)
    } of a newest session's.`,
    (rows) => {
      const received = Number(rows.metadata.received ?? 0);
      const { newest } = rows.metadata;
      const counted = countedReasons(rows.metadata) ??
        tally((rows.column("reason") as readonly string[]).map(kindOfReason));
      const count = counted.reduce((sum, [, bars]) => sum + bars, 0);
      if (count === 0) return { passed: true, message: `none of ${received} bars is rejected` };
      const newestRows = typeof newest === "object" && newest.type === "table" ? newest.rows : [];
      const poor = newestRows.filter(([, bars, rejected]) => Number(rejected) > newestShare * Number(bars));
      const passed = count <= share * received && poor.length === 0;
      return {
        passed,
        message: `${count} of ${received} bars (${percent(count / received)}) are rejected: ${reasonsInWords(counted)}${
          poor.map(([session, bars, rejected]) => `; ${rejected} of ${bars} in ${session}`).join("")
        }${
          passed || rows.count === 0 ? "" : `; ${where(rows)}. ${remedy(rows.column("reason") as readonly string[])}`
        }`,
        failingRows: passed ? [] : sample(rows),
      };
    },
    { severity: "warn", ofAll, columns: ["ticker", "session", "reason"] },
  );
}

/**
 * No two usable bars of a ticker and session differ. If they do, the right one is unknown, and the used price may be wrong.
 *
 * @param options.ofAll As of {@link fewRejected}; then the metadata must have `reasons`.
 */
export function barsAgree<Row extends RejectedBar>({ ofAll }: { ofAll?: boolean } = {}): Check<Row> {
  return check<Row>(
    "bars_agree",
    "No two usable bars of a ticker and session differ.",
    (rows) => {
      const reasons = rows.column("reason") as readonly string[];
      const differing = Array.from(reasons.keys()).filter((i) => reasons[i] === differs).map((i) => rows.row(i));
      const count = ofAll
        ? countedReasons(rows.metadata)?.find(([reason]) => reason === differs)?.[1] ?? 0
        : differing.length;
      const said = differing.map(({ ticker, session }) => `${ticker} on ${session}`);
      return {
        passed: count === 0,
        message: count === 0
          ? "none differs"
          : `${count} ${count === 1 ? "bar differs" : "bars differ"} from the first one of the session, which is used` +
            `${said.length === 0 ? "" : `: ${named(said, count)}`}. One of them is wrong: remove it at the source`,
        failingRows: differing.slice(0, 20),
      };
    },
    { severity: "warn", ofAll, columns: ["ticker", "session", "reason"] },
  );
}

/** The numbers of bars by kind of reason. */
function countedReasons({ reasons }: Metadata): [reason: string, bars: number][] | undefined {
  return typeof reasons === "object" && reasons.type === "table" ? reasons.rows as [string, number][] : undefined;
}

/** Most ticker-sessions have a usable bar; otherwise the previous version stays. */
export function mostUsable<Row>({ share = 0.5 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "most_bars_usable",
    `At least ${percent(share)} of the received ticker-sessions have a usable bar.`,
    ({ metadata }) => {
      const [all, usable] = [Number(metadata.received_cells ?? 0), Number(metadata.usable_cells ?? 0)];
      const passed = usable >= share * all;
      const reasons = metadata.rejected_because as { rows?: [string, number][] } | undefined;
      const counted = reasons?.rows ?? [];
      return {
        passed,
        message: passed
          ? `${usable} of ${all} have one`
          : `${all - usable} of ${all} (${percent(1 - usable / all)}) have none, because a bar ${
            reasonsInWords(counted)
          }. ${remedy(counted.flatMap(([reason, bars]) => Array<string>(bars).fill(reason)))}`,
      };
    },
  );
}

/**
 * Metadata for {@link noSessionMissing}: sessions of the calendar between the first and the last session of the bars in which no
 * ticker has one.
 */
export function withoutBars(
  dates: readonly string[],
  calendar: Pick<SourceCalendar, "sessionsBetween">,
): Metadata {
  const present = new Set(dates);
  let [first, last] = ["", ""];
  for (const date of present) {
    if (first === "" || date < first) first = date;
    if (date > last) last = date;
  }
  const missing = first === ""
    ? []
    : (calendar.sessionsBetween(first, last) ?? []).filter((session) => !present.has(session));
  if (missing.length === 0) return {};
  return {
    sessions_without_bars: missing.length,
    without_bars: table(["session"], missing.slice(-200).map((session) => [session])),
  };
}

/** Every session of the calendar between the source's first and last has a bar: a move across a gap would count as a daily one. */
export function noSessionMissing<Row>(): Check<Row> {
  return check<Row>(
    "no_session_missing",
    "Every session of the calendar, from the first to the last of the source, has a bar of some ticker.",
    ({ metadata: { sessions_without_bars: count = 0, without_bars, calendar = "the calendar" } }) => {
      const names = typeof without_bars === "object" && without_bars.type === "table"
        ? without_bars.rows.map(([session]) => String(session))
        : [];
      const [all, verb] = Number(count) === 1 ? ["session", "has"] : ["sessions", "have"];
      return {
        passed: names.length === 0,
        message: names.length === 0
          ? "each has one"
          : `${count} ${all} of ${calendar} ${verb} no bar of any ticker: ${
            named(names.slice(-mostNamed), Number(count))
          }. ` +
            "Get their bars from the source; if its trading days differ, set CALENDAR",
        failingRows: names.slice(-20).map((session) => ({ session })),
      };
    },
    { severity: "warn", ofAll: true },
  );
}

interface Coverage {
  session: string;
  tickers: number;
  usual: number | null;
  complete: boolean;
  received: number;
  rejected: number;
  vanished: number;
  vanished_tickers: string[];
}

/** The newest session has nine tenths of the usual number of tickers, before gaps are filled. */
export function sessionComplete<Row extends Coverage>({ share = 0.9 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "session_complete",
    `The newest session has at least ${percent(share)} of the usual number of tickers.`,
    (rows) => {
      if (rows.count === 0) return { passed: true, message: "no session" };
      const row = rows.row(rows.count - 1);
      const { session, tickers, usual, complete, received, rejected } = row;
      if (usual === null) return { passed: true, message: `${tickers} tickers in ${session}: nothing to compare with` };
      const passed = tickers >= share * usual;
      const more = [
        `${tickers} of the usual ${usual} tickers have a usable close in ${session}`,
        ...(rejected > 0 ? [`${rejected} of its ${received} bars are rejected, see rejected_bars`] : []),
        ...(row.vanished > 0 ? [`without ${named(row.vanished_tickers, row.vanished)}`] : []),
      ];
      return {
        passed,
        message: passed
          ? more[0]!
          : `${more.join("; ")}. ${
            complete
              ? "It counts as a session nevertheless."
              : "It does not count as a session: pairs and prices stay as of the session before until its other bars arrive."
          }`,
        failingRows: passed ? [] : [row],
      };
    },
    { severity: "warn", columns: ["session", "tickers", "usual"] },
  );
}

/** Every session is complete; incomplete ones are omitted from prices and windows. */
export function sessionsComplete<Row extends Coverage>(): Check<Row> {
  return check<Row>(
    "sessions_complete",
    "Every session has enough of the usual tickers to count.",
    (rows) => {
      const complete = rows.column("complete") as readonly boolean[];
      const thin = Array.from(complete.keys()).filter((i) => !complete[i]).map((i) => rows.row(i));
      const said = thin.slice(-mostNamed).map(({ session, tickers, usual }) =>
        `${session} (${tickers} of ${usual ?? 0})`
      );
      return {
        passed: thin.length === 0,
        message: thin.length === 0
          ? `${rows.count} sessions`
          : `${thin.length} of ${rows.count} sessions have too few tickers and are left out of prices and windows: ${
            named(said, thin.length)
          }. If these are of a market with other trading days, give it its own file and CALENDAR`,
        failingRows: thin,
      };
    },
    { severity: "warn", columns: ["session", "complete"] },
  );
}

/** At most a twentieth of the previous session's tickers have no usable close in the newest. */
export function noTickerVanished<Row extends Coverage>({ share = 0.05 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "few_tickers_vanished",
    `At most ${percent(share)} of the tickers of the session before have no usable close in the newest.`,
    (rows) => {
      if (rows.count === 0) return { passed: true, message: "no session" };
      const { session, tickers, vanished, vanished_tickers } = rows.row(rows.count - 1);
      const passed = vanished <= share * (tickers + vanished);
      return {
        passed,
        message: vanished === 0
          ? `none in ${session}`
          : `${vanished} tickers have none in ${session}: ${named(vanished_tickers, vanished)}${
            passed ? "" : ". Get their bars, or the reason for their end, from the source"
          }`,
        failingRows: passed ? [] : vanished_tickers.map((ticker) => ({ ticker, session })),
      };
    },
    { severity: "warn", columns: ["session", "tickers", "vanished", "vanished_tickers"] },
  );
}

/** Metadata for {@link tickersKept}: the number of tickers listed before, and those missing now. */
export function vanishedMetadata({ known, vanished }: { known: readonly string[]; vanished: readonly string[] }) {
  return {
    known_before: known.length,
    ...(vanished.length > 0 && { vanished: table(["ticker"], vanished.slice(0, 200).map((ticker) => [ticker])) }),
    vanished_count: vanished.length,
  };
}

/** At most a twentieth of the tickers of the previous read of the source are missing. */
export function tickersKept<Row>({ share = 0.05 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "tickers_kept",
    `At most ${percent(share)} of the tickers of the previous read of the source are missing.`,
    ({ metadata: { known_before: known = 0, vanished_count: count = 0, vanished } }) => {
      const names = typeof vanished === "object" && vanished.type === "table"
        ? vanished.rows.map(([name]) => String(name))
        : [];
      const passed = Number(count) <= share * Number(known);
      return {
        passed,
        message: Number(count) === 0
          ? `all of ${known}`
          : `${count} of ${known} tickers are missing: ${named(names, Number(count))}${
            passed ? "" : ", with all of their history. Read the whole source, or one that still has them"
          }`,
        failingRows: passed ? [] : names.slice(0, 20).map((ticker) => ({ ticker })),
      };
    },
    { severity: "warn" },
  );
}

interface Span {
  ticker: string;
  sessions: number;
  closes: number;
  dropped: string | null;
}

/** Few closes of the tickers that are not dropped are filled in: at most 1 % of all, and 5 % of a ticker's. */
export function fewFilled<Row extends Span>(
  { share = 0.01, tickerShare = 0.05 }: { share?: number; tickerShare?: number } = {},
): Check<Row> {
  return check<Row>(
    "few_filled",
    `At most ${percent(share)} of all closes are filled in, and at most ${percent(tickerShare)} of a ticker's.`,
    (rows) => {
      const kept = Array.from({ length: rows.count }, (_, i) => rows.row(i)).filter(({ dropped }) => dropped === null);
      const counts = kept.map(({ ticker, sessions, closes }) => ({ ticker, filled: sessions - closes, all: sessions }));
      const all = counts.reduce((sum, one) => sum + one.all, 0);
      const total = counts.reduce((sum, { filled }) => sum + filled, 0);
      const most = counts.map((one) => ({ ...one, share: one.filled / one.all }))
        .filter((one) => one.filled > 0).sort((a, b) => b.share - a.share);
      const above = most.filter((one) => one.share > tickerShare);
      const passed = total <= share * all && above.length === 0;
      const said = most.map((one) => `${one.ticker} (${percent(one.share)})`);
      return {
        passed,
        message: `${total} of ${all} closes (${percent(all === 0 ? 0 : total / all)}) are filled in${
          passed
            ? ""
            : `, most of ${
              named(said.slice(0, 20), said.length)
            }. They are no prices: get the missing bars, or leave these tickers out`
        }`,
        failingRows: passed ? [] : most.slice(0, 20),
      };
    },
    { severity: "warn", columns: ["ticker", "sessions", "closes", "dropped"] },
  );
}

/** At least as many sessions as a search for pairs requires; their number is `sessions` in the metadata. */
export function enoughSessions<Row>(fewest: number): Check<Row> {
  return check<Row>(
    "enough_sessions",
    `At least ${fewest} sessions, the minimum for a search for pairs.`,
    ({ metadata }) => {
      const count = Number(metadata.sessions ?? 0);
      return {
        passed: count >= fewest,
        message: count >= fewest
          ? `${count} sessions`
          : `${count} sessions; a search for pairs needs at least ${fewest}. Provide market data of more sessions; rejected_bars and sessions list the ones left out`,
      };
    },
    { severity: "warn" },
  );
}

function tally(reasons: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function reasonsInWords(counts: readonly [string, number][]): string {
  return named(counts.slice(0, 3).map(([reason, bars]) => `${reason} (${bars})`), counts.length);
}

/** Reasons about dates. */
const byDate = /^is dated (on|outside) /;

/** Remedy for the most frequent kind of reason. */
function remedy(reasons: readonly string[]): string {
  const dated = reasons.filter((reason) => byDate.test(reason)).length;
  return dated > reasons.length / 2
    ? "If the market has other trading days, set CALENDAR to weekdays, 24/7, none or sessions:PATH"
    : "Correct them at the source; rejected_bars has each with its reason";
}

function where<Row extends RejectedBar>(rows: CheckedRows<Row>): string {
  const tickers = tally(rows.column("ticker") as readonly string[]).map(([ticker, bars]) => `${ticker} (${bars})`);
  const sessions = (rows.column("session") as readonly string[]).toSorted();
  const [first, last] = [sessions[0]!, sessions.at(-1)!];
  return `of ${named(tickers.slice(0, mostNamed), tickers.length)}, ${
    first === last ? `on ${first}` : `${first} to ${last}`
  }`;
}

function sample<Row>(rows: CheckedRows<Row>): object[] {
  return Array.from({ length: Math.min(20, rows.count) }, (_, i) => rows.row(i) as object);
}

/** A list of names in words, with the number of those omitted. */
function named(names: readonly string[], count: number): string {
  const some = names.slice(0, mostNamed);
  return count > some.length ? `${some.join(", ")} and ${count - some.length} more` : some.join(", ");
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
