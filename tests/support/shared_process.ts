/**
 * Processes shared by all test files of a run, started by the first file that needs one.
 *
 * `deno run shared_process.ts MODULE FOLDER OWNER` starts MODULE as a process without a terminal and without pipes to its parent,
 * prints that process's first line, and ends. A test cannot do so itself: Deno's sanitizers report a running child as a leak.
 */
import process from "node:process";
import { owner, startedOnce } from "./shared_parts.ts";

if (import.meta.main) await launch();

/** The address of the process that runs `module`, which calls {@link tellAddress}. */
export function sharedProcess(name: string, module: URL): Promise<string> {
  return startedOnce(name, async (folder) => {
    const { code, stdout, stderr } = await deno([import.meta.filename!, module.href, folder, String(owner)]).output();
    if (code === 0) return new TextDecoder().decode(stdout).trim();
    throw new Error(`The process "${name}", which tests share, did not start:\n${new TextDecoder().decode(stderr)}`);
  });
}

/**
 * Called by a shared process once it serves. When the owner of the tests has ended, the process ends and removes its folder.
 *
 * @param end Ends everything that would otherwise continue.
 */
export async function tellAddress(address: string, end: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  const [folder, belongsTo] = Deno.args as [string, string];
  await Deno.mkdir(folder);
  setInterval(async () => {
    if (isAlive(Number(belongsTo))) return;
    for (const left of [folder, `${folder}.lock`]) await Deno.remove(left, { recursive: true }).catch(() => {});
    await end().finally(() => Deno.exit());
  }, 500);
  console.log(address);
}

async function launch(): Promise<void> {
  const host = deno(Deno.args, { detached: true }).spawn();
  const { value } = await host.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  if (value === undefined) console.error(await new Response(host.stderr).text());
  else console.log(value.trim());
  Deno.exit(value === undefined ? 1 : 0);
}

function deno(args: string[], options: Deno.CommandOptions = {}): Deno.Command {
  // The gate's flags are for processes that live for seconds.
  const { DENO_V8_FLAGS: _flags, ...env } = Deno.env.toObject();
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", ...args],
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
