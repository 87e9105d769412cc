import type { Actor, AuditLog } from "../access/mod.ts";
import type { Control } from "./control.ts";

/** A control that audits its changes: before and after each. */
export function auditedControl(control: Control, { audit, by }: { audit: AuditLog; by: Actor }): Control {
  async function audited<T>(action: string, target: string, work: () => Promise<T>): Promise<T> {
    const event = await audit.begin(by, { action, target: target.slice(0, 1_000) });
    try {
      const result = await work();
      await audit.end(event, "done");
      return result;
    } catch (error) {
      await audit.end(event, "failed");
      throw error;
    }
  }
  return {
    ...control,
    check: (selection, names) => audited("check", selection, () => control.check(selection, names)),
    prune: (options) =>
      options.dryRun ? control.prune(options) : audited("prune", "rows", () => control.prune(options)),
    submit: (request) => audited("materialize", request.selection, () => control.submit(request)),
    retry: (runId) => audited("run.retry", `run ${runId}`, () => control.retry(runId)),
    cancel: (runId) => audited("run.cancel", `run ${runId}`, () => control.cancel(runId)),
    backfills: {
      ...control.backfills,
      submit: (request) => audited("backfill", String(request.selection), () => control.backfills.submit(request)),
      act: (id, action) => audited(`backfill.${action}`, `backfill ${id}`, () => control.backfills.act(id, action)),
    },
  };
}
