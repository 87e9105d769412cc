import { join } from "node:path";

/** A test with its file. */
export interface TimedTest {
  name: string;
  file: string;
  seconds: number;
}

/** Reads the reports written by `deno test --junit-path=folder/….xml`; returns the slowest tests, slowest first. */
export async function slowestTests(folder: string, count: number): Promise<TimedTest[]> {
  const tests: TimedTest[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    tests.push(...testsOf(await Deno.readTextFile(join(folder, name))));
  }
  return tests.sort((a, b) => b.seconds - a.seconds).slice(0, count);
}

/** The tests of one report, without their steps, whose times are included. */
export function testsOf(report: string): TimedTest[] {
  const found = report.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)"/g);
  const all = Array.from(found, ([, name, file, seconds]) => ({
    name: unescape(name!),
    file: unescape(file!).replace(/^\.\//, ""),
    seconds: Number(seconds),
  }));
  const names = new Set(all.map(({ name, file }) => `${file} ${name}`));
  const isStep = ({ name, file }: TimedTest) => {
    for (let end = name.indexOf(" > "); end >= 0; end = name.indexOf(" > ", end + 1)) {
      if (names.has(`${file} ${name.slice(0, end)}`)) return true;
    }
    return false;
  };
  return all.filter((test) => !isStep(test));
}

function unescape(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => characters[name]!);
}
