import { type Control, type ImportControl, type ListedAsset, RefusedError } from "../../cli/mod.ts";
import type {
  CheckRun,
  EventKind,
  Explanation,
  Impact,
  Plan,
  PrunedHistory,
  Replay,
  Run,
  RunEvent,
  RunStatus,
} from "../../engine/mod.ts";

/** An event of a scripted run, with its time in milliseconds since the run was queued. */
export type Scripted = [ms: number, kind: EventKind, key: string | null, data?: Record<string, unknown>];

/** Milliseconds since 1970 at which a scripted run is queued. */
export const scriptStart = Date.parse("2026-11-23T12:00:00Z");

/** Data of a {@link scriptedControl}. */
export interface Script {
  steps?: readonly string[];
  events?: readonly Scripted[];
  plan?: Plan;
  assets?: readonly ListedAsset[];
  why?: Explanation;
  impact?: Impact;
  /** Called before each event is returned. */
  before?: (event: RunEvent) => Promise<void> | void;
  checks?: readonly CheckRun[];
  pruned?: readonly PrunedHistory[];
  replays?: readonly Replay[];
  /** Why the run waits, for each query. */
  waitingFor?: () => string | null;
}

/** A control that plays one fixed run, so that its output can be compared exactly. */
export function scriptedControl(
  {
    steps = [],
    events = [],
    plan,
    assets = [],
    checks = [],
    pruned = [],
    replays = [],
    why,
    impact,
    before,
    waitingFor = () => null,
  }: Script,
): Control & { readonly calls: string[] } {
  const calls: string[] = [];
  const ended = events.find(([, kind]) => kind === "run_finished");
  const run: Run = {
    id: 7,
    trigger: "cli",
    selection: "*",
    force: false,
    range: null,
    priority: 0,
    retryOf: null,
    waitingFor: null,
    status: (ended?.[3]?.status as RunStatus | undefined) ?? "running",
    createdAt: new Date(scriptStart).toISOString(),
    startedAt: new Date(scriptStart).toISOString(),
    finishedAt: ended ? new Date(scriptStart + ended[0]).toISOString() : null,
    cancelRequestedAt: null,
    steps: steps.map((key) => ({
      key,
      status: "pending",
      after: [],
      reasons: [],
      attempt: 0,
      startedAt: null,
      finishedAt: null,
      skippedBecause: null,
      error: null,
      partitions: null,
      done: null,
      failed: null,
    })),
  };
  return {
    calls,
    place: "a script",
    assets: () => Promise.resolve([...assets]),
    why(key, of) {
      calls.push(`why ${key} ${JSON.stringify(of)}`);
      return Promise.resolve(why!);
    },
    impact(key, range) {
      calls.push(`impact ${key} ${JSON.stringify(range)}`);
      return Promise.resolve(impact!);
    },
    check(selection, names) {
      calls.push(`check ${selection} ${JSON.stringify(names ?? null)}`);
      return Promise.resolve([...checks]);
    },
    replay(key, query) {
      calls.push(`replay ${key} ${JSON.stringify(query)}`);
      return Promise.resolve([...replays]);
    },
    prune(options) {
      calls.push(`prune ${JSON.stringify(options)}`);
      return Promise.resolve([...pruned]);
    },
    plan(request) {
      calls.push(`plan ${JSON.stringify(request)}`);
      return Promise.resolve(plan!);
    },
    submit(request) {
      calls.push(`submit ${JSON.stringify(request)}`);
      return Promise.resolve(run);
    },
    retry(runId) {
      calls.push(`retry ${runId}`);
      return Promise.resolve(run);
    },
    run: () => Promise.resolve({ ...run, waitingFor: waitingFor() }),
    async *events(runId) {
      for (const [i, [ms, kind, key, data = {}]] of events.entries()) {
        const event: RunEvent = { runId, seq: i + 1, at: new Date(scriptStart + ms).toISOString(), kind, key, data };
        await before?.(event);
        yield event;
      }
    },
    cancel(runId) {
      calls.push(`cancel ${runId}`);
      return Promise.resolve(run);
    },
    backfills: {
      plan: () => Promise.reject(new RefusedError("The script has no backfills.")),
      submit: () => Promise.reject(new RefusedError("The script has no backfills.")),
      list: () => Promise.resolve([]),
      get: () => Promise.reject(new RefusedError("The script has no backfills.")),
      act: () => Promise.reject(new RefusedError("The script has no backfills.")),
    },
  };
}

/** For commands that do not use tokens. */
/** For commands that run no steps of a service. */
export const noWorker = () => Promise.reject(new Error("No command of these is a worker."));

export const noTokens = () => Promise.reject(new Error("No command of these asks for tokens."));

/** For commands that import nothing. */
export const noImports: ImportControl = { run: () => Promise.reject(new Error("No command of these imports.")) };
