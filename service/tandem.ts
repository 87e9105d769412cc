import type { ExitCode } from "../cli/mod.ts";
import type { ProjectSource } from "./project.ts";
import { isStepThread } from "./thread_name.ts";

/**
 * Runs the command line of a project: `start` serves it, `materialize`, `assets`, `backfill`, `why` and the others work on its
 * data.
 *
 * Settings come from the environment; faults in them are reported on standard error.
 *
 * @param args As given on the command line, without the program.
 *
 * @example
 * ```ts ignore
 * Deno.exit(await tandem({ assets: [prices, returns], schedules: [daily] }, Deno.args));
 * ```
 */
export async function tandem(source: ProjectSource, args: readonly string[]): Promise<ExitCode> {
  // A thread that runs steps loads neither server nor pages, which would dominate its start-up time.
  if (isStepThread()) return await (await import("./step_thread.ts")).serveStepThread(source);
  return await (await import("./command.ts")).runCommand(source, args);
}
