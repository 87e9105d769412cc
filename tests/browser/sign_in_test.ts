import assert from "node:assert/strict";
import { commandLine } from "../../access/mod.ts";
import { browserMissing, closeWindow, openPage, withBrowser } from "../support/browser.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { simulatedProvider } from "../support/identity_provider/identity_provider.ts";

Deno.test({
  name: browserMissing
    ? `a person signs in at the provider (no browser: ${browserMissing})`
    : "a person signs in at the provider by keyboard, comes back to where they were going, makes a token and signs out",
  ignore: browserMissing !== null,
  async fn() {
    await using provider = await simulatedProvider({ asks: true });
    let url = "";
    await withGuarded(async ({ app, access }) => {
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
      url = `http://127.0.0.1:${server.addr.port}`;
      try {
        await withBrowser(async (browser) => {
          const { page, errors, foreign } = await openPage(browser, `${url}/backfills`);
          assert.equal(page.url(), `${url}/sign-in?return=%2Fbackfills`);
          await page.getByRole("link", { name: /^Sign in with 127/ }).focus();
          await page.keyboard.press("Enter");
          await page.getByRole("heading", { name: "Who are you?" }).waitFor();
          await page.keyboard.press("Tab");
          await page.keyboard.press("Enter");
          await page.waitForURL(`${url}/backfills`);
          await page.getByText("ann@example.com").waitFor();

          await page.goto(`${url}/settings`);
          await page.getByLabel("Name").fill("nightly");
          await page.getByLabel("Scope").selectOption("operate");
          await page.keyboard.press("Enter");
          await page.getByRole("heading", { name: "The token “nightly”" }).waitFor();
          const secret = await page.locator("#created-secret").innerText();
          assert.equal((await access.tokens.principalOf(secret))!.scope, "operate");
          assert.ok(!page.url().includes(secret));
          await page.goto(`${url}/settings`);
          assert.ok(!(await page.content()).includes(secret));
          await page.getByRole("button", { name: "Revoke the token nightly" }).click();
          await page.getByText("revoked by ann@example.com").waitFor();
          assert.equal(await access.tokens.principalOf(secret), null);

          await page.getByRole("button", { name: "Sign out" }).click();
          await page.getByText("You have signed out.").waitFor();
          await page.goto(`${url}/settings`);
          assert.match(page.url(), /\/sign-in\?return=%2Fsettings$/);
          // The provider's own page asks for its icon.
          assert.deepEqual(errors.filter((error) => !/404/.test(error)), []);
          assert.deepEqual(foreign.filter((address) => !address.startsWith(provider.issuer)), []);
        });
      } finally {
        await server.shutdown();
      }
    }, { provider, allow: "ann@example.com=admin", siteUrl: () => new URL(url) });
  },
});

Deno.test({
  name: browserMissing
    ? `the door fits a phone and a wide screen (no browser: ${browserMissing})`
    : "the door and the settings fit a phone and a wide screen, light and dark; a token opens the one for the other",
  ignore: browserMissing !== null,
  fn: () =>
    withGuarded(async ({ app, access }) => {
      const { secret } = await access.tokens.create({ name: "desk", scope: "admin" }, commandLine);
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
      const url = `http://127.0.0.1:${server.addr.port}`;
      try {
        await withBrowser(async (browser) => {
          for (const width of [390, 1280]) {
            for (const colorScheme of ["light", "dark"] as const) {
              const { page, errors, foreign } = await openPage(browser, `${url}/settings`, { width, colorScheme });
              const wide = () => page.evaluate<number>("document.documentElement.scrollWidth");
              assert.ok(await wide() <= width, `the door is ${await wide()} wide of ${width}`);
              await page.getByLabel("Access token").fill(secret);
              await page.getByRole("button", { name: "Sign in", exact: true }).click();
              await page.getByRole("heading", { name: "Access tokens" }).waitFor();
              // Its heading may be there before its style is.
              await page.waitForLoadState();
              assert.ok(await wide() <= width, `the settings are ${await wide()} wide of ${width}`);
              assert.deepEqual([errors, foreign], [[], []]);
              await closeWindow(page);
            }
          }
        });
      } finally {
        await server.shutdown();
      }
    }),
});
