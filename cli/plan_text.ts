import type { Plan, PlannedStep } from "../engine/mod.ts";
import type { Paint } from "./paint.ts";
import { counted, wrap } from "./text.ts";

/** A plan as text: the steps in order with reasons, and steps that depend on whether upstream results change. */
export function planText(plan: Plan, { width, paint }: { width: number; paint: Paint }): string[] {
  if (plan.steps.length === 0) {
    const verdict = plan.blocked.length > 0 ? "stale assets are blocked" : freshText(plan);
    return [...wrap(`Nothing to do for "${plan.selection}": ${verdict}.`, width, "  "), ...waitingLines(plan, width)];
  }
  const certain = plan.steps.filter((step) => step.certain).length;
  const uncertain = plan.steps.length - certain;
  const parts = [
    ...(certain > 0 ? [`${counted(certain, "step")} will run`] : []),
    ...(uncertain > 0 ? [`${certain > 0 ? uncertain : counted(uncertain, "step")} may`] : []),
    ...(plan.fresh.length > 0
      ? [`${counted(plan.fresh.length, "asset")} ${plan.fresh.length === 1 ? "is" : "are"} fresh`]
      : []),
    ...(plan.blocked.length > 0 ? [`${plan.blocked.length} ${plan.blocked.length === 1 ? "waits" : "wait"}`] : []),
  ];
  const number = String(plan.steps.length).length;
  return [
    `Plan for "${plan.selection}"${plan.force ? ", forced" : ""}: ${parts.join(", ")}.`,
    "",
    ...plan.steps.flatMap((step, i) => stepLines(step, String(i + 1).padStart(number), { width, paint })),
    ...(plan.fresh.length > 0 ? ["", ...wrap(`Fresh, nothing to do: ${plan.fresh.join(", ")}.`, width, "  ")] : []),
    ...waitingLines(plan, width),
  ];
}

function stepLines(step: PlannedStep, number: string, { width, paint }: { width: number; paint: Paint }): string[] {
  const indent = " ".repeat(number.length + 2);
  const others = step.produces.filter((key) => key !== step.key);
  const verdict = step.certain ? paint("green", "runs") : paint("yellow", "runs only if upstream content changes");
  return [
    `${paint("dim", number)}  ${paint("bold", step.key)}${
      others.length > 0 ? ` (makes ${others.join(", ")} too)` : ""
    }  ${verdict}`,
    ...wrap(step.reasons.map((r) => r.message).join("; "), width - indent.length, "  ").map((l) =>
      indent + paint("dim", l)
    ),
  ];
}

/** Steps left out because a check failed upstream: the reason once, then all blocked steps. */
function waitingLines({ blocked }: Plan, width: number): string[] {
  return [...Map.groupBy(blocked, ({ because }) => because)].flatMap(([because, steps]) => [
    "",
    ...wrap(`Left out: ${steps.map(({ key }) => key).join(", ")}, because ${because}.`, width, "  "),
  ]);
}

function freshText({ fresh }: Plan): string {
  return fresh.length === 1 ? `${fresh[0]} is fresh` : `all ${fresh.length} selected assets are fresh`;
}
