import assert from "node:assert/strict";
import { assertAccessible } from "../support/axe.ts";
import { browserMissing, closeWindow, drawn, openPage, until, withBrowser } from "../support/browser.ts";
import { pagePaths, withService } from "../support/whole_service.ts";

/** Commands of the README that begin with `name`, whole where they go over several lines. */
async function commands(name: string): Promise<string[]> {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n"))
    .map((line) => line.replace(/\s+#.*$/, ""))
    .filter((line) => line.startsWith(`${name} `));
}

const curlMissing = await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output().then(
  () => false,
  () => true,
);

// The service as it is started, with the market that it simulates where nothing is set: starting it takes most of the time.
Deno.test("the first start", (t) =>
  withService({ RATE_LIMIT_PER_MINUTE: "off" }, async ({ url, fresh }) => {
    await t.step({
      name: browserMissing
        ? `a new user gets from the first start to a pair (no browser: ${browserMissing})`
        : "a new user watches it in the browser, finds an accepted pair, sees every page, and none has a fault",
      ignore: browserMissing !== null,
      fn: () =>
        withBrowser(async (browser) => {
          const { page, errors, foreign } = await openPage(browser, url);
          await page.evaluate("window.sameDocument = true");
          await page.getByRole("heading", { level: 1, name: "Materializing" }).waitFor();
          await page.locator('[data-state="running"]').first().waitFor();
          await page.getByRole("heading", { level: 1, name: "Everything is fresh" }).waitFor({ timeout: 300_000 });
          await until(page, "document.querySelector('#portfolio canvas') !== null");
          assert.equal(await page.evaluate("window.sameDocument"), true, "all of it came without a reload");

          await page.getByRole("link", { name: "Pairs", exact: true }).first().click();
          await page.getByLabel("Accepted").selectOption("true");
          await page.getByRole("button", { name: "Filter" }).click();
          await page.waitForURL(/accepted=true/);
          const found = page.locator("table tbody tr").first().getByRole("link").first();
          const name = (await found.innerText()).trim();
          await found.click();
          await page.getByRole("heading", { level: 1, name }).waitFor();
          await drawn(page);
          assert.deepEqual([errors, foreign], [[], []]);
          await closeWindow(page);

          for (const { name, path } of await pagePaths(url)) {
            for (const width of [390, 1440]) {
              const { page, errors, foreign } = await openPage(browser, url + path, { width });
              await until(
                page,
                "[...document.querySelectorAll('[data-chart]')].every((plot) => plot.querySelector('canvas'))",
              );
              for (const colorScheme of ["light", "dark"] as const) {
                await page.emulateMedia({ colorScheme });
                await assertAccessible(page);
              }
              const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
              assert.ok(wide <= width, `${name} is ${wide} pixels wide on a screen of ${width}`);
              assert.deepEqual([name, errors, foreign], [name, [], []]);
              await closeWindow(page);
            }
          }
        }),
    });
    await fresh();
    await t.step({
      name: "every curl of the README gets a good answer",
      ignore: curlMissing,
      async fn() {
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
      },
    });
  }));
