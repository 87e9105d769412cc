import { cleanPrices, dailyBars, rawDailyBars, sessions } from "../assets/views.ts";
import {
  type AssetState,
  type Engine,
  isLate,
  type OverallState,
  overallState,
  type RunSummary,
  type View,
} from "../engine/mod.ts";
import { type DataSource, isSimulated } from "../resources/market_data/data_source.ts";
import { emptyAssets } from "./empty_assets.ts";
import { openAmong, readOpenIds } from "./open_runs.ts";
import { exchangeTimeZone } from "./preferences.ts";

/** Parts of the engine used for the data status. */
export type DataStatusEngine = Pick<Engine, "graph" | "states" | "runs" | "origins" | "newestIn" | "onRunEnd">;

/** A failed check with its asset. */
export interface FailedCheckOf {
  key: string;
  name: string;
}

/** Data status in the header of every page. */
export interface DataStatus {
  overall: OverallState;
  /** Newest session of the closes that everything is computed from; `null` if there is none. */
  lastSession: string | null;
  /** Age of that session in days, by the exchange's calendar date; `null` without a session. */
  ageDays: number | null;
  /** Names of sources, other than the configured one, that contributed to the shown data. */
  otherSources: readonly string[];
  /** Ids of open runs, newest first. */
  openRuns: readonly number[];
  /** Keys of assets in progress, each with its run. */
  running: readonly { key: string; runId: number | null }[];
  /** Keys of assets that failed, that are late, and failed checks. */
  failed: readonly string[];
  late: readonly string[];
  failedChecks: readonly FailedCheckOf[];
  /** Assets that were materialized with 0 rows, with the reason where it is known: {@link emptyAssets}. */
  empty: ReadonlyMap<string, string>;
}

/** What a page has read itself, which its header must agree with. */
export interface PageStates {
  /** States of all assets. */
  states?: readonly AssetState[];
  /** Runs that the page shows. */
  runs?: readonly Pick<RunSummary, "id" | "status">[];
}

/** Assets with the newest session: closes of complete sessions first, and until these exist, bars. */
const dated: readonly View<{ session: string }>[] = [sessions, cleanPrices, dailyBars, rawDailyBars];
const sessionColumn = "session";
/** Age up to which a status is used for every page. It expires because other processes publish too. */
const holdsMs = 2_000;
/** Age up to which a status is still shown while the next one is read. */
const shownMs = 15_000;

/**
 * Reads the data status once for all pages shown within a short time.
 *
 * Cost: that of {@link Engine.states}, at most every two seconds, and in the background if pages are requested often enough; the
 * newest session is looked up once per data version.
 */
export class DataStatusReader {
  #known: { status: DataStatus; atMs: number } | undefined;
  #reading: Promise<DataStatus> | undefined;
  #newest: { version: string; session: string | null } | undefined;
  /** Of all assets. */
  readonly keys: readonly string[];

  constructor(
    private readonly engine: DataStatusEngine,
    readonly source: DataSource | null,
    private readonly clock: { now(): Temporal.Instant },
  ) {
    this.keys = engine.graph.keys;
    engine.onRunEnd(() => {
      this.#known = undefined;
      this.#reading = undefined;
    });
  }

  /** The data status: by what the page has read itself, otherwise at most some seconds old. */
  async read({ states, runs = [] }: PageStates = {}): Promise<DataStatus> {
    if (states !== undefined) return await this.#begin(states, openAmong(runs));
    if (this.#known && !agree(this.#known.status, runs)) return await this.#begin();
    const ageMs = this.#known ? performance.now() - this.#known.atMs : Infinity;
    if (ageMs < holdsMs) return this.#known!.status;
    const reading = this.#reading ?? this.#begin();
    if (ageMs >= shownMs) return await reading;
    // Callers that await it get the error.
    reading.catch(() => {});
    return this.#known!.status;
  }

  #begin(states?: readonly AssetState[], open?: readonly number[]): Promise<DataStatus> {
    const reading = this.#read(states, open).then((status) => {
      // Discard a status read before a run ended.
      if (this.#reading === reading) this.#known = { status, atMs: performance.now() };
      return status;
    }).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    return this.#reading = reading;
  }

  async #read(given: readonly AssetState[] | undefined, open: readonly number[] | undefined): Promise<DataStatus> {
    const [states, openRuns] = await Promise.all([given ?? this.engine.states(), open ?? readOpenIds(this.engine)]);
    const made = states.flatMap(({ lastMaterialization: last }) => last ? [last.id] : []);
    const [lastSession, sources] = await Promise.all([this.#lastSession(states), this.engine.origins(made)]);
    return {
      overall: overallState(states, { running: openRuns.length > 0 }),
      lastSession,
      ageDays: lastSession === null ? null : this.#daysSince(lastSession),
      otherSources: sources.filter((name) => this.source !== null && name !== this.source.name),
      openRuns,
      // A further output runs and fails with the asset that makes it.
      running: states.filter(({ state, madeBy }) => state === "running" && madeBy === null)
        .map(({ key, lastStep }) => ({ key, runId: lastStep?.runId ?? null })),
      failed: states.filter(({ state, madeBy }) => state === "failed" && madeBy === null).map(({ key }) => key),
      late: states.filter(isLate).map(({ key }) => key),
      failedChecks: states.flatMap(({ key, failedChecks }) => failedChecks.map(({ name }) => ({ key, name }))),
      empty: emptyAssets(states, this.engine.graph),
    };
  }

  async #lastSession(states: readonly AssetState[]): Promise<string | null> {
    for (const view of dated) {
      const { key } = view;
      const last = states.find((asset) => asset.key === key)?.lastMaterialization;
      if (!last || last.rowCount === 0) continue;
      const { schema } = this.engine.graph.asset(key);
      if (!schema.columns.some(({ name, type }) => name === sessionColumn && type === "date")) continue;
      const version = `${key} ${last.dataVersion}`;
      if (this.#newest?.version !== version) {
        this.#newest = {
          version,
          session: view === sessions
            // Only complete sessions count.
            ? await this.engine.newestIn(sessions, sessionColumn, "complete")
            : await this.engine.newestIn(view, sessionColumn),
        };
      }
      return this.#newest.session;
    }
    return null;
  }

  #daysSince(session: string): number {
    const today = this.clock.now().toZonedDateTimeISO(exchangeTimeZone).toPlainDate();
    return Temporal.PlainDate.from(session).until(today, { largestUnit: "days" }).days;
  }
}

/** Whether a status has the same runs open as a page that shows `runs`. */
function agree({ openRuns }: DataStatus, runs: NonNullable<PageStates["runs"]>): boolean {
  const open = new Set(openAmong(runs));
  return runs.every(({ id }) => open.has(id) === openRuns.includes(id));
}

/** Whether all or part of the shown data are simulated. */
export function showsSimulated(source: DataSource | null, status: DataStatus | null): boolean {
  return source?.kind === "simulated" || (status?.otherSources.some(isSimulated) ?? false);
}

/** Age of a session: `today`, `1 day old`, `3 weeks old`, `4 years old`; for a future date, `in 3 days`. */
export function ageText(days: number): string {
  if (days === 0) return "today";
  if (days < 0) return days === -1 ? "dated tomorrow" : `dated ${(-days).toLocaleString("en-US")} days ahead`;
  if (days < 92) return days === 1 ? "1 day old" : `${days} days old`;
  if (days < 730) return `${Math.floor(days / 30.44)} months old`;
  return `${Math.floor(days / 365.25)} years old`;
}
