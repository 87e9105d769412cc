import { attentionLines, engineControl, followRun, processTerminal } from "../cli/mod.ts";
import {
  type AssetState,
  type Engine,
  type FreshnessEvaluator,
  isDatabaseTrouble,
  type Logger,
  messageOf,
  overallState,
} from "../engine/mod.ts";
import { pause } from "../resources/backoff.ts";

/** Pause before the first fill is resumed after a database outage. */
const fillAgainMs = 1_000;

/** Whether an asset has no readable version: none was ever made, or its table was replaced. */
function isMissing({ external, lastMaterialization, reasons }: AssetState): boolean {
  return !external &&
    (lastMaterialization === null || reasons.some(({ kind, partitions }) => kind === "table_replaced" && !partitions));
}

/** Materializes missing assets, unless an interrupted run is about to; shows the progress. */
export async function fillMissing(
  engine: Engine,
  { freshness, logger, signal }: { freshness: FreshnessEvaluator; logger: Logger; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const [open] = await engine.ledger.runs.open();
      const missing = (await engine.states()).filter(isMissing).map((asset) => asset.key);
      if (open === undefined && missing.length === 0) return;
      const runId = open ?? (await engine.submit({ selection: missing.join(" "), trigger: "startup" })).id;
      const { run } = await followRun(engineControl(engine), runId, processTerminal(), { signal });
      if (run.status !== "succeeded") return;
      await freshness.evaluate();
      const assets = await engine.states();
      for (const line of attentionLines(assets)) logger.warn(line);
      const { title, detail } = overallState(assets);
      logger.info(`Run ${runId} succeeded. ${title}. ${detail}.`);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isDatabaseTrouble(error)) {
        logger.error(`Missing assets could not be materialized: ${messageOf(error)}`);
        return;
      }
      // Reads missing assets and open runs again when the database is back.
      await pause(fillAgainMs, signal).catch(() => {});
    }
  }
}
