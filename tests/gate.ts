/**
 * The one gate that every change passes: format, lint, types, and all tests, with PostgreSQL and a browser beside the embedded
 * database. `deno task test`.
 *
 * PostgreSQL and Chromium are installed from Debian's packages where they are missing and this process may do so. Elsewhere
 * their tests are left out, which the last lines say; with `CI=true` that is a failure.
 */
import { postgresBinaries } from "./support/postgres_server.ts";

const deno = Deno.execPath();
const ci = Deno.env.get("CI") === "true";
const environment: Record<string, string> = {};
const left: string[] = [];

await need(
  "PostgreSQL",
  postgresBinaries !== null || Boolean(Deno.env.get("TEST_DATABASE_URL")),
  "postgresql",
  "POSTGRES",
);
await need("Chromium", await exists(Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium"), "chromium", "BROWSER");

await step("format", [deno, "fmt", "--check", "--quiet"]);
await step("lint", [deno, "lint", "--quiet"]);
await step("types", [deno, "check", "--quiet", ".", ...await clientModules()]);
await step("types of the README", [deno, "check", "--quiet", "--doc-only", "README.md"]);
// Side by side, but for what drives a browser, kills processes or keeps a rate by the clock: a busy machine does not keep their times.
const alone = ["tests/browser/", "tests/survival/", "tests/resources/rate_limit/"];
const tests = await step(
  "tests",
  [deno, "test", "-P", "--no-check", "--parallel", `--ignore=${alone.join()}`, "tests/"],
  { counts: true },
);
const aloneTests = await step("tests with deadlines", [deno, "test", "-P", "--no-check", ...alone], { counts: true });
const examples = await step("examples", [deno, "test", "-P", "--doc", "--no-check", "quant/", "engine/"], {
  counts: true,
});

for (const what of left) console.log(`Left out: the tests that need ${what}, which is not installed.`);
const all = [tests, aloneTests, examples];
const sum = (of: "passed" | "failed" | "ignored") => all.reduce((total, one) => total + one[of], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("ignored")} skipped`);

/** What runs in the browser is JavaScript with types in comments, which `deno check .` leaves out. */
async function clientModules(): Promise<string[]> {
  const modules = (await Array.fromAsync(Deno.readDir("web/client"))).filter((entry) => entry.name.endsWith(".js"));
  return modules.map((entry) => `web/client/${entry.name}`).toSorted();
}

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

/** Installs a package where this is Debian or its like and this process is root. */
async function install(debianPackage: string): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || !await exists("/usr/bin/apt-get")) return false;
  console.log(`Installing ${debianPackage} …`);
  const apt = async (...args: string[]) =>
    (await new Deno.Command("apt-get", { args, env: { DEBIAN_FRONTEND: "noninteractive" }, stdout: "null" }).output())
      .success;
  return await apt("update", "-qq") && await apt("install", "-y", "-qq", "--no-install-recommends", debianPackage);
}

/** Runs a command to its end and stops everything where it fails. */
async function step(
  name: string,
  [command, ...args]: string[],
  { counts = false, quiet = false } = {},
): Promise<{ passed: number; failed: number; ignored: number }> {
  const started = performance.now();
  console.log(`\n== ${name}`);
  const child = new Deno.Command(command!, {
    args,
    env: environment,
    stdin: "null",
    stdout: counts ? "piped" : quiet ? "null" : "inherit",
    stderr: quiet ? "piped" : "inherit",
  }).spawn();
  let output = "";
  if (counts || quiet) {
    for await (const text of (counts ? child.stdout : child.stderr).pipeThrough(new TextDecoderStream())) {
      output += text;
      if (counts) await Deno.stdout.write(new TextEncoder().encode(text));
    }
  }
  const { code } = await child.status;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const total = /(\d+) passed.*\| (\d+) failed(?:.*\| (\d+) ignored)?/.exec(output.replace(/\x1b\[\d+m/g, ""));
  const number = (at: number) => Number(total?.[at] ?? 0);
  if (code !== 0) {
    if (quiet) console.error(output);
    console.error(`\n${name} failed after ${seconds} s.`);
    if (counts) console.log(`\n${number(1)} passed, ${Math.max(1, number(2))} failed`);
    Deno.exit(1);
  }
  console.log(`${name}: ok in ${seconds} s`);
  return { passed: number(1), failed: number(2), ignored: number(3) };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
