import { z } from "zod";
import {
  type Engine,
  EngineError,
  InvalidRequestError,
  maxPriority,
  parseNames,
  type Plan,
  type Run,
  UnknownRunError,
} from "../engine/mod.ts";
import { type ReadSettings, SettingsForm } from "./settings_form.ts";

/** Parts of the engine used to read a request. */
export type RunRequestEngine = Pick<Engine, "graph" | "plan" | "run" | "settings">;

/** Scope of a run around an asset. */
export const scopes = ["this", "upstream", "downstream", "both"] as const;
export type Scope = typeof scopes[number];

/** Body of `POST /v1/materialize`. */
export interface RunBody {
  selection: string;
  force?: true;
  priority?: number;
  range?: { from?: string; to?: string; names?: string[] };
  config?: Record<string, unknown>;
}

/** A requested materialization from the address, with its plan. */
export interface RunRequest {
  key: string;
  scope: Scope;
  force: boolean;
  priority: string;
  from: string;
  to: string;
  names: string;
  /** Whether single partitions can be requested. */
  hasPartitions: boolean;
  form: SettingsForm;
  settings: ReadSettings;
  /** Problems by parameter; general ones under the empty name. */
  problems: ReadonlyMap<string, string>;
  /** The request with its plan; `null` if nothing was requested or the request is invalid. */
  asked: { body: RunBody; plan: Plan } | null;
  /** The run that the page follows. */
  run: Run | null;
}

/** The selection for a scope around an asset. */
export function selectionOf(key: string, scope: Scope): string {
  const up = scope === "upstream" || scope === "both" ? "+" : "";
  const down = scope === "downstream" || scope === "both" ? "+" : "";
  return `${up}${key}${down}`;
}

/** Reads the requested materialization from an address and plans it; reads the run that the page follows. */
export async function readRunRequest(
  engine: RunRequestEngine,
  key: string,
  parameters: URLSearchParams,
): Promise<RunRequest> {
  const producer = engine.graph.producerOf(key);
  const problems = new Map<string, string>();
  const given = (name: string) => parameters.get(name)?.trim() ?? "";
  const form = new SettingsForm(producer.recipe.config, engine.settings(key));
  const settings = form.read(parameters);
  const scope = scopes.find((name) => name === given("scope")) ?? (producer.asset.external ? "downstream" : "this");
  if (given("scope") !== "" && scope !== given("scope")) {
    problems.set("scope", `The scope is one of ${scopes.join(", ")}.`);
  }
  for (const name of ["from", "to"]) {
    if (given(name) !== "" && !z.iso.date().safeParse(given(name)).success) {
      problems.set(name, `“${given(name).slice(0, 40)}” is not a date such as 2024-01-31.`);
    }
  }
  const priority = given("priority") === "" ? 0 : Number(given("priority"));
  if (!Number.isInteger(priority) || Math.abs(priority) > maxPriority) {
    problems.set("priority", `The priority is a whole number from -${maxPriority} to ${maxPriority}.`);
  }
  const request = {
    key,
    scope,
    force: parameters.has("force"),
    priority: given("priority"),
    from: given("from"),
    to: given("to"),
    names: given("names"),
    hasPartitions: producer.recipe.partitionsDef !== undefined,
    form,
    settings,
    problems,
  };
  const run = await followed(engine, given("run"), problems);
  if (!parameters.has("scope") || problems.size > 0 || settings.problems.size > 0) {
    return { ...request, asked: null, run };
  }
  const names = parseNames(request.names).filter((name) => name !== "");
  const range = {
    ...(request.from !== "" && { from: request.from }),
    ...(request.to !== "" && { to: request.to }),
    ...(names.length > 0 && { names }),
  };
  const body: RunBody = {
    selection: selectionOf(key, scope),
    ...(request.force && { force: true }),
    ...(priority !== 0 && { priority }),
    ...(Object.keys(range).length > 0 && { range }),
    ...(settings.settings && { config: { [producer.key]: settings.settings } }),
  };
  try {
    return { ...request, asked: { body, plan: await engine.plan(body) }, run };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const ofRange = error instanceof InvalidRequestError ? rangeProblems(error) : [];
    for (const [name, message] of ofRange.length > 0 ? ofRange : [["", error.message]] as const) {
      problems.set(name, message);
    }
    return { ...request, asked: null, run };
  }
}

/** Problems of the range that the engine refuses, by field of the form. */
function rangeProblems({ issues }: InvalidRequestError): [name: string, message: string][] {
  return issues.flatMap(({ path, message }) => {
    const [of, name] = path.split(".");
    return of === "range" && ["from", "to", "names"].includes(name!) ? [[name!, message]] : [];
  });
}

async function followed(engine: RunRequestEngine, id: string, problems: Map<string, string>): Promise<Run | null> {
  if (id === "") return null;
  try {
    if (!/^[1-9]\d{0,14}$/.test(id)) throw new UnknownRunError(Number(id));
    return await engine.run(Number(id));
  } catch (error) {
    if (!(error instanceof UnknownRunError)) throw error;
    problems.set("run", `There is no run “${id.slice(0, 40)}”.`);
    return null;
  }
}
