import { UsageError } from "./arguments.ts";
import { followToEnd, runNumber } from "./materialize.ts";
import type { Terminal } from "./terminal.ts";
import { answering, type ControlSource, type ExitCode, opened } from "./answering.ts";

/** `retry RUN [--json]`: retries the failed steps of a run and shows the progress. */
export async function retryCommand(
  args: readonly string[],
  source: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("retry", { args, options: {}, terminal }, async ({ values, positionals }) => {
    const [run, ...more] = positionals;
    if (run === undefined) throw new UsageError("Give the number of a run.");
    if (more.length > 0) throw new UsageError(`"${more[0]}" is unexpected: one run is retried at a time.`);
    const runId = runNumber(run, "RUN");
    const control = await opened(source);
    return await followToEnd(await control.retry(runId), { json: values.json ?? false, control, terminal });
  });
}
