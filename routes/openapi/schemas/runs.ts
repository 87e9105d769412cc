/** Answers about runs. */
import { z } from "zod";
import { named, RunEvent, RunSummary } from "../../../engine/mod.ts";

export { Plan, Run } from "../../../engine/mod.ts";

export const RunList = named("RunList", z.strictObject({ runs: z.array(RunSummary) }));
export const RunEventList = named("RunEventList", z.strictObject({ run: z.int(), events: z.array(RunEvent) }));
