import assert from "node:assert/strict";
import { type AnyAsset, Engine, type Logger, loggerTo, type MaterializeRequest, type Run } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { migrate } from "../../resources/database/migrations.ts";

/** An asset as a test sees it: state, reason, and rows. */
export interface Seen {
  state: string;
  reasons: string[];
  rows: Record<string, unknown>[];
}

/** Engines opened one after the other on one database, each with its own declarations. */
export class ChangingAssets {
  #engine: Engine | undefined;
  /** Log lines of the engines since the last call, as `level message`. */
  readonly logged: string[] = [];
  readonly #logger: Logger = loggerTo((level, message) => this.logged.push(`${level} ${message}`));

  private constructor(readonly database: Database) {}

  static async on(database: Database): Promise<ChangingAssets> {
    await migrate(database, new URL("../../sql/migrations/", import.meta.url));
    return new ChangingAssets(database);
  }

  get engine(): Engine {
    return this.#engine!;
  }

  /** Closes the current engine and opens one with these assets, as a new process would. */
  async open(...assets: AnyAsset[]): Promise<Engine> {
    await this.#engine?.close();
    this.#engine = undefined;
    this.logged.length = 0;
    return this.#engine = await Engine.open({
      assets,
      database: this.database,
      resources: {},
      clock: fixedClock("2024-02-01T12:00:00Z"),
      logger: this.#logger,
    });
  }

  async run(selection = "*", more: Partial<MaterializeRequest> = {}): Promise<Run> {
    const { id } = await this.engine.submit({ selection, trigger: "test", ...more });
    return await this.engine.finished(id);
  }

  /** The same; fails unless the run succeeds. */
  async make(selection?: string, more?: Partial<MaterializeRequest>): Promise<Run> {
    const run = await this.run(selection, more);
    assert.equal(
      run.status,
      "succeeded",
      JSON.stringify(run.steps.map(({ key, status, error }) => [key, status, error])),
    );
    return run;
  }

  async see(key: string): Promise<Seen> {
    const [state] = await this.engine.states([key]);
    return { state: state!.state, reasons: state!.reasons.map(({ kind }) => kind), rows: await this.rows(key) };
  }

  async rows(key: string, asOf?: number): Promise<Record<string, unknown>[]> {
    return (await this.engine.rows(key, { limit: 1_000, asOf })).rows;
  }

  /** The newest materialization of an asset. */
  async latest(key: string): Promise<number> {
    return (await this.engine.materializations(key, { limit: 1 }))[0]!.id;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }
}
