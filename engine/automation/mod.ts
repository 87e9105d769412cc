/**
 * Automation: conditions for automatic materialization, an algebra to combine them, and their evaluation.
 *
 * @module
 */
export { all, and, inRange, latest, not, or, since } from "./algebra.ts";
export { AutomationRecord, AutomationState, type RecordedEvaluation } from "./automation_record.ts";
export type { Condition, EvaluationNode, Facts, Judgement, Moment, Verdict } from "../declare/automation_condition.ts";
export {
  anyUpstreamInProgress,
  anyUpstreamMissing,
  anyUpstreamUpdated,
  attempted,
  checksPassed,
  codeChanged,
  configChanged,
  expected,
  failed,
  failedOnSameInputs,
  failedSince,
  inLatestWindow,
  inProgress,
  materialized,
  missing,
  sourceChanged,
  stale,
} from "./conditions.ts";
export { cronPassed, cronTicked } from "./cron_conditions.ts";
export type { Evaluation } from "./evaluation.ts";
export { eager, onCron, onMissing } from "./presets.ts";
