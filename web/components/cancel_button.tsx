import { isFinished, type RunSummary } from "../../engine/mod.ts";

/** Cancels an open run; renders nothing for a run that has ended. */
export function CancelButton({ run }: { run: Pick<RunSummary, "id" | "status" | "cancelRequestedAt"> }) {
  const { id, status, cancelRequestedAt } = run;
  if (isFinished(status)) return null;
  return (
    <button
      type="button"
      id={`cancel-${id}`}
      class="quiet"
      data-cancel={id}
      aria-label={`Cancel run ${id}`}
      aria-disabled={cancelRequestedAt === null ? undefined : "true"}
    >
      {cancelRequestedAt === null ? "Cancel" : "Cancelling …"}
    </button>
  );
}
