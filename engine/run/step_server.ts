import { databaseErrorText } from "../../resources/database/mod.ts";
import type { EngineContext } from "../store/context.ts";
import type { WhilePublishing } from "../store/latest_versions.ts";
import type { Reading } from "../store/records.ts";
import { recentRowsOf } from "../store/recent_rows.ts";
import { abortReason, type StepReply, type StepRequest } from "./step_messages.ts";
import { type ClaimedStep, runClaimed } from "./step_place.ts";

/** Time without a step after which the rows that its run has published are forgotten. */
const forgetAfterMs = 1_000;

/**
 * Runs the steps requested on a port, in the calling thread. An outcome is in the database before it is reported.
 *
 * @param close Called when the last step has ended and no further one follows.
 */
export function serveSteps(
  port: MessagePort,
  around: Omit<EngineContext, "whilePublishing">,
  close: () => Promise<void>,
): void {
  const reply = (message: StepReply) => port.postMessage(message);
  const aborts = new Map<number, AbortController>();
  const announced = new Map<number, () => void>();
  let leaving = false;
  let forgetting: ReturnType<typeof setTimeout> | undefined;
  let publications = 0;

  const whilePublishing: WhilePublishing = async (keys, publish) => {
    // With PostgreSQL readers query the latest versions each time.
    if (around.database.kind === "postgres") return await publish();
    const id = ++publications;
    await new Promise<void>((resolve) => {
      announced.set(id, resolve);
      reply({ type: "publishing", id, keys });
    });
    try {
      return await publish();
    } finally {
      reply({ type: "published", id });
    }
  };

  async function run(id: number, step: ClaimedStep): Promise<void> {
    const controller = new AbortController();
    aborts.set(id, controller);
    clearTimeout(forgetting);
    try {
      const onReading = (reading: Reading) => reply({ type: "reading", id, reading });
      const context = { ...around, whilePublishing };
      reply({ type: "ended", id, outcome: await runClaimed(context, step, controller.signal, onReading) });
    } catch (error) {
      reply({ type: "threw", id, error: databaseErrorText(error) });
    } finally {
      aborts.delete(id);
      if (aborts.size === 0) forgetting = setTimeout(() => recentRowsOf(around.database).clear(), forgetAfterMs);
      leave();
    }
  }

  function leave(): void {
    if (leaving && aborts.size === 0) void close().finally(() => reply({ type: "left" }));
  }

  port.onmessage = ({ data }: MessageEvent<StepRequest>) => {
    if (data.type === "run") void run(data.id, data.step);
    else if (data.type === "abort") aborts.get(data.id)?.abort(abortReason(data.reason));
    else if (data.type === "publish") {
      announced.get(data.id)?.();
      announced.delete(data.id);
    } else {
      leaving = true;
      leave();
    }
  };
}
