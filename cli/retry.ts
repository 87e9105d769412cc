import { parseArguments, UsageError } from "./arguments.ts";
import { answering, type ControlSource, type ExitCode, followToEnd, runNumber } from "./materialize.ts";
import type { Terminal } from "./terminal.ts";
import { usage } from "./usage.ts";

/** `retry RUN [--json]`: retries the failed steps of a run and shows the progress. */
export async function retryCommand(
  args: readonly string[],
  control: ControlSource,
  terminal: Terminal,
): Promise<ExitCode> {
  return await answering("retry", terminal, async () => {
    const { values, positionals } = parseArguments(args, { json: "boolean", help: "boolean" });
    if (values.help) {
      terminal.stdout.write(usage("retry"));
      return 0;
    }
    const [run, ...more] = positionals;
    if (run === undefined) throw new UsageError("Give the number of a run.");
    if (more.length > 0) throw new UsageError(`"${more[0]}" is unexpected: one run is retried at a time.`);
    const runId = runNumber(run, "RUN");
    const opened = typeof control === "function" ? await control() : control;
    return await followToEnd(await opened.retry(runId), { json: values.json ?? false, control: opened, terminal });
  });
}
