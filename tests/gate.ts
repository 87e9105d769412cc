/**
 * The one gate that every change passes: format, lint, types, and all tests, with PostgreSQL and a browser beside the embedded
 * database. `deno task test`.
 *
 * PostgreSQL and Chromium are installed from Debian's packages where they are missing and this process may do so. Elsewhere
 * their tests are left out, which the last lines say; with `CI=true` that is a failure. Everything runs to its end, whatever
 * failed before it, and the last line counts the tests; a stage that failed without a failed test counts as one.
 */
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { chromiumPath, headlessShell } from "./support/browser_path.ts";
import { slowestTests } from "./support/junit_report.ts";
import { postgresBinaries } from "./support/postgres_server.ts";
import { writeTestGroups } from "./support/test_groups.ts";

/** A command, and how it ended. */
interface Stage {
  name: string;
  args: string[];
  /** Whether its lines are shown as they come; those of others are shown together once it has ended. */
  live?: boolean;
}

interface Outcome {
  name: string;
  passed: number;
  failed: number;
  ignored: number;
}

/** `ok | 12 passed (3 steps) | 0 failed | 1 ignored (5s)` */
const SUMMARY = /(\d+) passed.*\| (\d+) failed(?:.*\| (\d+) ignored)?/;
/** Printed by Deno once a test has taken so long: three times the longest, so that it waits for something that does not come. */
const STUCK = /^'(.*)' has been running for over \(8m/;
// deno-lint-ignore no-control-regex -- the colours of a terminal
const COLOURS = /\x1b\[[\d;]*m/g;

const ci = Deno.env.get("CI") === "true";
const environment: Record<string, string> = {
  // One server, one browser and so on for all stages: see tests/support/shared_parts.ts.
  TANDEM_TEST_OWNER: String(Deno.pid),
  // V8 compiles a function of WebAssembly a second time, to faster code, once it has executed 13 MB. To open and migrate PGlite, as a
  // hundred processes of the tests do, takes 1.9 CPU seconds without that and 3 with it, so that only much used functions are worth it.
  DENO_V8_FLAGS: "--wasm-tiering-budget=400000000",
};
const left: string[] = [];

await need(
  "PostgreSQL",
  postgresBinaries !== null || Boolean(Deno.env.get("TEST_DATABASE_URL")),
  "postgresql",
  "POSTGRES",
);
// If it cannot be installed, the tests use an installed Chromium.
const wantsShell = !Deno.env.get("CHROMIUM") && !await exists(headlessShell.path);
if (wantsShell) await install(headlessShell.debianPackage);
await need("Chromium", await exists(chromiumPath()), "chromium", "BROWSER");

const reports = await Deno.makeTempDir({ prefix: "tandem-gate-" });
const tests = (name: string, ...args: string[]): Stage => ({
  name,
  args: ["test", "-P", "--no-check", `--junit-path=${join(reports, `${name}.xml`)}`, ...args],
  live: true,
});
// What keeps a rate by the clock has the machine to itself, and what drives a browser has the time of its pages. What kills processes
// waits half of its time, for starts and heartbeats, and its bounds have held on two cores with a load of 20.
const timed = { rates: "tests/resources/rate_limit", browser: "tests/browser", survival: "tests/survival" };
const groups = await Deno.makeTempDir({ prefix: "tandem-gate-groups-" });
const phases: Stage[][][] = [
  [[tests("tests", "--parallel", ...await writeTestGroups(groups, "tests", { ignored: Object.values(timed) }))], [
    { name: "format", args: ["fmt", "--check", "--quiet"] },
    { name: "lint", args: ["lint", "--quiet"] },
    // With the examples of docstrings and of the README: one program, which takes most of the time to read.
    { name: "types", args: ["check", "--quiet", "--doc", ".", "README.md"] },
    { name: "examples", args: ["test", "-P", "--doc", "--no-check", "quant/", "engine/"] },
    tests("survival tests", timed.survival),
  ]],
  [[tests("rate tests", timed.rates)]],
  [[tests("browser tests", "--parallel", ...await writeTestGroups(groups, timed.browser, { jobs: 2 }))]],
];
/** Lanes side by side, the stages of each one after the other. */
const outcomes: Outcome[] = [];
for (const lanes of phases) {
  const ended = await Promise.all(lanes.map(async (stages) => {
    const ofLane: Outcome[] = [];
    for (const stage of stages) ofLane.push(await run(stage));
    return ofLane;
  }));
  outcomes.push(...ended.flat());
}

const slowest = await slowestTests(reports, 20);
for (const folder of [reports, groups]) await Deno.remove(folder, { recursive: true });
console.log("\nThe slowest tests, in seconds:");
for (const { name, file, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(6)}  ${file}: ${name}`);
console.log();
for (const what of left) console.log(`Left out: the tests that need ${what}, which is not installed.`);
const failures = outcomes.filter(({ failed }) => failed > 0);
if (failures.length > 0) console.log(`Failed: ${failures.map(({ name }) => name).join(", ")}.`);
const sum = (of: "passed" | "failed" | "ignored") => outcomes.reduce((total, one) => total + one[of], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("ignored")} skipped`);
if (failures.length > 0) Deno.exit(1);

/** Makes sure that something the tests need is there, or says that it is not. */
async function need(name: string, there: boolean, debianPackage: string, variable: string): Promise<void> {
  if (!there) {
    console.log(`${name} is not installed.`);
    there = await install(debianPackage);
  }
  if (there) environment[`TANDEM_REQUIRE_${variable}`] = "1";
  else if (ci) {
    console.error(`${name} could not be installed, and CI must not go without it.`);
    Deno.exit(1);
  } else left.push(name);
}

/** Installs a package where this is Debian or its like and this process is root. False if it could not, as without a network. */
async function install(debianPackage: string): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || !await exists("/usr/bin/apt-get")) return false;
  console.log(`Installing ${debianPackage} …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const impatient = ["Acquire::Retries=0", "Acquire::http::Timeout=20", "Acquire::https::Timeout=20"].flatMap((
    one,
  ) => ["-o", one]);
  const apt = async (...args: string[]) =>
    (await new Deno.Command("apt-get", { args: [...impatient, "-qq", ...args], env, stdout: "null" }).output()).success;
  return await apt("update") && await apt("install", "-y", "--no-install-recommends", debianPackage);
}

/** Runs a stage to its end. Nothing is printed but whole lines, so that stages side by side do not tear each other's. */
async function run({ name, args, live = false }: Stage): Promise<Outcome> {
  const started = performance.now();
  if (live) console.log(`\n== ${name}`);
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env: environment,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const stopped = Promise.withResolvers<void>();
  const read = async (output: ReadableStream<Uint8Array>) => {
    for await (const line of createInterface({ input: Readable.fromWeb(output as NodeStream) })) {
      lines.push(line);
      if (live) console.log(line.replaceAll(`${relative(".", groups)}/`, ""));
      if (!STUCK.test(line.replaceAll(COLOURS, ""))) continue;
      console.log(`${name}: stopped, because a test does not end.`);
      child.kill("SIGKILL");
      stopped.resolve();
    }
  };
  // Processes of a stopped test may hold its output open.
  const output = Promise.race([Promise.all([read(child.stdout), read(child.stderr)]), stopped.promise]);
  const [{ code }] = await Promise.all([child.status, output]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const total = lines.map((line) => SUMMARY.exec(line.replace(COLOURS, ""))).findLast((found) => found !== null);
  const count = (at: number) => Number(total?.[at] ?? 0);
  const failed = code === 0 ? 0 : Math.max(1, count(2));
  if (!live) console.log(`\n== ${name}`);
  if (!live && failed > 0) console.log(lines.join("\n"));
  console.log(`${name}: ${failed > 0 ? "failed" : "ok"} in ${seconds} s`);
  return { name, passed: count(1), failed, ignored: count(3) };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
