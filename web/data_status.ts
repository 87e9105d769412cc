import { cleanPrices, dailyBars, rawDailyBars, sessions } from "../assets/views.ts";
import { type AssetState, type Engine, isLate, type OverallState, overallState, type View } from "../engine/mod.ts";
import { type DataSource, isSimulated } from "../resources/market_data/data_source.ts";
import { exchangeTimeZone } from "./preferences.ts";

/** Parts of the engine used for the data status. */
export type DataStatusEngine = Pick<Engine, "graph" | "states" | "origins" | "newestIn" | "onRunEnd">;

/** An asset with one of its checks that stand failed. */
export interface FailedCheckOf {
  key: string;
  name: string;
}

/** What every page says of the data that it shows. */
export interface DataStatus {
  overall: OverallState;
  /** Newest session of the closes that everything is computed on; `null` where there is none. */
  lastSession: string | null;
  /** How long ago that was, in days by the exchange's calendar date; `null` with it. */
  ageDays: number | null;
  /** Names of sources other than the configured one that some of what is shown was made of. */
  otherSources: readonly string[];
  /** Keys of assets that are being made, with the run that does so. */
  running: readonly { key: string; runId: number | null }[];
  /** Keys of assets that failed, that are late, and checks that stand failed. */
  failed: readonly string[];
  late: readonly string[];
  failedChecks: readonly FailedCheckOf[];
}

/** Where the newest session is looked for: the closes that all have, and before there are any, the bars. */
const dated: readonly View<{ session: string }>[] = [sessions, cleanPrices, dailyBars, rawDailyBars];
const sessionColumn = "session";
/** A reading this old is good for every page: other processes may publish, too. */
const holdsMs = 2_000;
/** Up to this age it is still shown, while the next one is read for the pages after it. */
const shownMs = 15_000;

/**
 * How the data stand, read once for the pages of a moment.
 *
 * Cost: what {@link Engine.states} costs, at most every two seconds and beside the pages where those come often enough; the newest
 * session is looked up once for each content.
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

  /** How the data stand: as `states` say, for a page that has read them itself, or as they were some seconds ago at most. */
  async read(states?: readonly AssetState[]): Promise<DataStatus> {
    if (states !== undefined) return await this.#begin(states);
    const ageMs = this.#known ? performance.now() - this.#known.atMs : Infinity;
    if (ageMs < holdsMs) return this.#known!.status;
    const reading = this.#reading ?? this.#begin();
    if (ageMs >= shownMs) return await reading;
    // Callers that wait for it get the error.
    reading.catch(() => {});
    return this.#known!.status;
  }

  #begin(states?: readonly AssetState[]): Promise<DataStatus> {
    const reading = this.#read(states).then((status) => {
      // Not what was read before a run ended.
      if (this.#reading === reading) this.#known = { status, atMs: performance.now() };
      return status;
    }).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    return this.#reading = reading;
  }

  async #read(given: readonly AssetState[] | undefined): Promise<DataStatus> {
    const states = given ?? await this.engine.states();
    const made = states.flatMap(({ lastMaterialization: last }) => last ? [last.id] : []);
    const [lastSession, sources] = await Promise.all([this.#lastSession(states), this.engine.origins(made)]);
    return {
      overall: overallState(states),
      lastSession,
      ageDays: lastSession === null ? null : this.#daysSince(lastSession),
      otherSources: sources.filter((name) => this.source !== null && name !== this.source.name),
      // A further output is made, and fails, with the asset that makes it.
      running: states.filter(({ state, madeBy }) => state === "running" && madeBy === null)
        .map(({ key, lastStep }) => ({ key, runId: lastStep?.runId ?? null })),
      failed: states.filter(({ state, madeBy }) => state === "failed" && madeBy === null).map(({ key }) => key),
      late: states.filter(isLate).map(({ key }) => key),
      failedChecks: states.flatMap(({ key, failedChecks }) => failedChecks.map(({ name }) => ({ key, name }))),
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
            // Of dates with bars those that count.
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

/** Whether what is shown is of invented prices, or some of it. */
export function showsSimulated(source: DataSource | null, status: DataStatus | null): boolean {
  return source?.kind === "simulated" || (status?.otherSources.some(isSimulated) ?? false);
}

/** How old a session is: `today`, `1 day old`, `3 weeks old`, `4 years old`; of a date to come, `in 3 days`. */
export function ageText(days: number): string {
  if (days === 0) return "today";
  if (days < 0) return days === -1 ? "dated tomorrow" : `dated ${(-days).toLocaleString("en-US")} days ahead`;
  if (days < 92) return days === 1 ? "1 day old" : `${days} days old`;
  if (days < 730) return `${Math.floor(days / 30.44)} months old`;
  return `${Math.floor(days / 365.25)} years old`;
}
