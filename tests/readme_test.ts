import assert from "node:assert/strict";
import { withService } from "./support/whole_service.ts";

/** Commands of the README that begin with `name`, whole where they go over several lines. */
async function commands(name: string): Promise<string[]> {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, ""))
    .filter((line) => line.startsWith(`${name} `));
}

const curlMissing = await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output().then(
  () => false,
  () => true,
);

Deno.test({
  name: "every curl of the README gets a good answer from the service as it is started",
  ignore: curlMissing,
  fn: () =>
    withService({ RATE_LIMIT_PER_MINUTE: "off" }, async ({ url, fresh }) => {
      await fresh();
      const ours = (await commands("curl")).filter((line) => line.includes("localhost:8000"));
      assert.ok(ours.length >= 7, `${ours.length} commands`);
      for (const line of ours) {
        const command = line.replace("localhost:8000", new URL(url).host);
        const { code, stdout, stderr } = await new Deno.Command("sh", {
          args: ["-c", `${command} --silent --show-error --fail-with-body --max-time 120`],
        }).output();
        const said = new TextDecoder();
        assert.equal(code, 0, `${line}\n${said.decode(stderr)}${said.decode(stdout).slice(0, 1_000)}`);
        assert.ok(stdout.length > 100, `${line} answers with nothing`);
      }
    }),
});

Deno.test("the README names tasks that there are, and files that there are", async () => {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  for (const [, task] of readme.matchAll(/(?:deno|deno@2\.9\.6) task ([\w:-]+)/g)) assert.ok(task! in tasks, task);
  for (const [, task] of readme.matchAll(/`(bench:[\w-]+)`/g)) assert.ok(task! in tasks, task);
  for (const [, path] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g)) {
    await Deno.stat(new URL(`../${path}`, import.meta.url));
  }
});
