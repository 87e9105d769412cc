import type { BackfillControl } from "./backfill_control.ts";
import type {
  AssetState,
  CheckRun,
  Explanation,
  Impact,
  Materialization,
  MaterializeRequest,
  PartitionRange,
  Plan,
  PrunedHistory,
  Replay,
  Run,
  RunEvent,
} from "../engine/mod.ts";

/** An asset in a list: its state, and a short form of its last materialization. */
export type ListedAsset = Omit<AssetState, "lastMaterialization"> & {
  lastMaterialization:
    | Pick<Materialization, "id" | "origin" | "runId" | "rowCount" | "dataVersion"> & { at: string }
    | null;
};

/** Interface of the command line to the engine, local or remote. */
export interface Control {
  /** Location of the engine, for people: `this process`, `the server at http://…`. */
  readonly place: string;
  /** All assets in dependency order. */
  assets(): Promise<ListedAsset[]>;
  /** Explains an asset or some of its partitions. @throws {RefusedError} */
  why(key: string, of: { name?: string; date?: string }): Promise<Explanation>;
  /** The impact of a change of an asset, or of its partitions in a range. @throws {RefusedError} */
  impact(key: string, range: PartitionRange | null): Promise<Impact>;
  /** Runs checks on the latest versions, of the given names only. @throws {RefusedError} */
  check(selection: string, names?: readonly string[]): Promise<CheckRun[]>;
  /** Deletes rows of versions that are no longer kept; with `dryRun` only lists them. */
  prune(options: { dryRun: boolean }): Promise<PrunedHistory[]>;
  /** Materializes the rows of an asset with given values again, and compares. @throws {RefusedError} */
  replay(key: string, query: { where: Readonly<Record<string, string>>; asOf?: number | string }): Promise<Replay[]>;
  /** @throws {RefusedError} */
  plan(request: MaterializeRequest): Promise<Plan>;
  /** Plans a run and starts it. @throws {RefusedError} */
  submit(request: MaterializeRequest): Promise<Run>;
  /** Retries the failed steps of a run in a new run. @throws {RefusedError} */
  retry(runId: number): Promise<Run>;
  /** @throws {RefusedError} */
  run(runId: number): Promise<Run>;
  /** Events of a run after number `after`, as they occur. Ends with the run. @throws {RefusedError} */
  events(runId: number, options?: { after?: number; signal?: AbortSignal }): AsyncIterable<RunEvent>;
  /** Requests the cancellation of a run. @throws {RefusedError} */
  cancel(runId: number): Promise<Run>;
  readonly backfills: BackfillControl;
}

/** The request is invalid, and would be again: an unknown asset, an empty selection, an invalid config. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** The server could not be reached, or failed. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}
