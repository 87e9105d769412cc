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

/** An asset as lists show it: its state, and of its last materialization what a line has room for. */
export type ListedAsset = Omit<AssetState, "lastMaterialization"> & {
  lastMaterialization:
    | Pick<Materialization, "id" | "origin" | "runId" | "rowCount" | "dataVersion"> & { at: string }
    | null;
};

/** Interface of the command line to the engine, local or remote. */
export interface Control {
  /** Where the work is done, for people: `this process`, `the server at http://…`. */
  readonly place: string;
  /** All assets in dependency order. */
  assets(): Promise<ListedAsset[]>;
  /** Why an asset or some of its partitions are as they are. @throws {RefusedError} */
  why(key: string, of: { name?: string; date?: string }): Promise<Explanation>;
  /** The impact of a change of an asset, or of its partitions in a range. @throws {RefusedError} */
  impact(key: string, range: PartitionRange | null): Promise<Impact>;
  /** Runs checks on the latest versions; only those of the names where they are given. @throws {RefusedError} */
  check(selection: string, names?: readonly string[]): Promise<CheckRun[]>;
  /** Deletes rows of versions that are no longer kept, or tells what would go. */
  prune(options: { dryRun: boolean }): Promise<PrunedHistory[]>;
  /** Makes the rows of an asset that have some values again, and compares. @throws {RefusedError} */
  replay(key: string, query: { where: Readonly<Record<string, string>>; asOf?: number | string }): Promise<Replay[]>;
  /** @throws {RefusedError} */
  plan(request: MaterializeRequest): Promise<Plan>;
  /** Plans a run and begins it. @throws {RefusedError} */
  submit(request: MaterializeRequest): Promise<Run>;
  /** Does again what failed in a run, and begins it. @throws {RefusedError} */
  retry(runId: number): Promise<Run>;
  /** @throws {RefusedError} */
  run(runId: number): Promise<Run>;
  /** Events of a run after number `after`, as they happen. Ends with the run. @throws {RefusedError} */
  events(runId: number, options?: { after?: number; signal?: AbortSignal }): AsyncIterable<RunEvent>;
  /** Asks for the run to be cancelled. @throws {RefusedError} */
  cancel(runId: number): Promise<Run>;
  readonly backfills: BackfillControl;
}

/** The request was wrong, and would be again: an unknown asset, an empty selection, a config that does not fit. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** The server that was to do the work cannot be reached, or failed. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}
