import type {
  Backfill,
  BackfillAction,
  BackfillPlan,
  BackfillRequest,
  Backfills,
  BackfillSummary,
} from "../engine/mod.ts";

/** Interface of the command line to backfills, local or remote. */
export interface BackfillControl {
  /** @throws {RefusedError} */
  plan(request: BackfillRequest): Promise<BackfillPlan>;
  /** Plans a backfill and starts it. @throws {RefusedError} */
  submit(request: BackfillRequest): Promise<Backfill>;
  /** Newest first. */
  list(): Promise<BackfillSummary[]>;
  /** @throws {RefusedError} */
  get(id: number): Promise<Backfill>;
  /** @throws {RefusedError} */
  act(id: number, action: BackfillAction): Promise<Backfill>;
}

/** Number of backfills in a list. */
const listed = 50;

/** Control over the backfills of an engine in this process. `refusing` turns errors that the user can correct into refusals. */
export function engineBackfills(
  backfills: Backfills,
  { trigger, refusing }: { trigger: string; refusing: <T>(asked: Promise<T>) => Promise<T> },
): BackfillControl {
  return {
    plan: (request) => refusing(backfills.plan(request)),
    submit: (request) => refusing(backfills.submit({ ...request, trigger })),
    list: () => backfills.list({ limit: listed }),
    get: (id) => refusing(backfills.get(id)),
    act: (id, action) => refusing(backfills.act(id, action)),
  };
}

/** Control over the backfills of a running server, by functions that send GET and POST requests. */
export function httpBackfills(
  { get, post }: { get: <T>(path: string) => Promise<T>; post: <T>(path: string, body: unknown) => Promise<T> },
): BackfillControl {
  return {
    plan: (request) => post("/v1/backfills", { ...request, dryRun: true }),
    submit: (request) => post("/v1/backfills", request),
    list: async () => (await get<{ backfills: BackfillSummary[] }>(`/v1/backfills?limit=${listed}`)).backfills,
    get: (id) => get(`/v1/backfills/${id}`),
    act: (id, action) => post(`/v1/backfills/${id}/${action}`, {}),
  };
}
