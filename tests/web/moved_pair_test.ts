import assert from "node:assert/strict";
import { withMovablePair } from "../support/movable_pair.ts";
import { pageAndApi } from "../support/page_server.ts";
import { textOfPage } from "../support/page_text.ts";

/** A part of a page by its id, with what follows it. */
function part(html: string, id: string): string {
  const at = html.indexOf(`id="${id}"`);
  assert.ok(at > 0, `there is a part ${id}`);
  return html.slice(at);
}

/** The equity that the chart of the backtest draws, and the names of its lines. */
function equityOf(html: string) {
  const json = /<script type="application\/json">(.*?)<\/script>/s.exec(part(html, "walk-forward-chart"))![1]!;
  const [{ lines }] = JSON.parse(json).panes;
  return lines as { name: string; values: (number | null)[] }[];
}

Deno.test("GET /pairs/A/B backtests the pair under moved settings, and each that is shown is a trial", async () => {
  await withMovablePair(async ({ engine, pairTrials, path, trials }) => {
    const app = pageAndApi(engine, undefined, undefined, { pairTrials });
    const ask = async (query: string, headers: Record<string, string> = {}, method = "GET") => {
      const response = await app.request(path + query, { headers, method });
      const html = await response.text();
      return { status: response.status, html, text: textOfPage(html) };
    };
    const standing = await ask("");
    assert.equal(standing.status, 200);
    assert.match(standing.html, /<input type="text" inputmode="decimal" value="1"[^>]* id="moved-parameters\.entryZ"/);
    assert.match(standing.text, /As set\. Each other setting that is shown here counts in the ledger of trials/);
    assert.deepEqual(equityOf(standing.html).map(({ name }) => name), ["Equity in USD"]);
    assert.equal((await trials()).length, 0);

    const wide = await ask("?range=all&set.parameters.entryZ=1.75");
    assert.equal(wide.status, 200);
    assert.match(wide.text, /Entry z-score 1\.75 instead of 1\. A trial:/);
    const [tried, asSet] = equityOf(wide.html);
    assert.deepEqual(asSet, { ...equityOf(standing.html)[0]!, name: "As set", colour: "faint" });
    assert.notDeepEqual(tried!.values, asSet!.values);
    assert.match(wide.text, /Trades \d+ as set \d+/);
    assert.match(part(wide.html, "pair-backtest"), /^[^]*?<div class="look-ahead">\s*<dl class="figures">/);
    assert.match(
      wide.html,
      /href="\/pairs\/[^"]*\?prices=usd&amp;range=all&amp;set\.parameters\.entryZ=1\.75#chart"/,
      "other views of the chart keep the settings",
    );
    assert.ok(!/strategy=rolling_trend[^"]*set\./.test(wide.html), "another strategy begins as set");
    const signal = (html: string) => textOfPage(part(html, "decision").split("</section>")[0]!);
    assert.equal(signal(wide.html), signal(standing.html), "the signal is that of the settings that are set");
    assert.equal((await trials()).length, 1);

    await ask("?set.parameters.entryZ=1.75&set.commissionBps=4");
    const costs = await ask("?set.commissionBps=4");
    assert.match(costs.text, /Commission, bps 4 instead of 1\. The same trades: .* no trial\./);
    assert.equal((await trials()).length, 1, "the same settings at other costs, and costs alone");
    await ask("?set.exits.spreadStopZ=&set.sizing=dollar_neutral");
    assert.equal((await trials()).length, 2);
    const settings = (await trials()).map(({ settings }) => JSON.parse(settings).strategy);
    assert.ok(settings.some((of) => of.exits.spreadStopZ === null && of.sizing === "dollar_neutral"));

    for (
      const [query, problem] of [
        ["set.parameters.entryZ=abc", /Entry z-score .*must be a number from 0\.05 to 6/],
        ["set.parameters.entryZ=1e9", /must be a number from 0\.05 to 6/],
        ["set.parameters.exitZ=3", /The bands need 0 ≤ exitZ < entryZ < stopZ, got 3, 1 and 4\./],
        ["set.parameters.bandZ=2", /There is no setting “parameters\.bandZ”\./],
        ["strategy=rolling_trend&set.parameters.trendSessions=4.5", /must be a whole number from 3 to 120/],
      ] as const
    ) {
      const refused = await ask(`?${query}`);
      assert.equal(refused.status, 400, query);
      assert.match(refused.text, problem);
      assert.match(refused.text, /The settings do not fit, so this is the backtest as set\./);
    }
    assert.equal((await trials()).length, 2, "what is refused shows nothing");

    // An image on another site's page asks with these headers, and shows nothing of the answer.
    const foreign = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image" };
    assert.match((await ask("?set.parameters.entryZ=1.5", foreign)).text, /As set\./);
    await ask("?set.parameters.entryZ=1.5", {}, "HEAD");
    assert.equal((await trials()).length, 2);
    await ask("?set.parameters.entryZ=1.5", { ...foreign, "Sec-Fetch-Dest": "document" });
    assert.equal((await trials()).length, 3, "a link from another site is followed by a reader");
  });
});

Deno.test("GET /pairs/A/B has no settings to move where the project cannot backtest them", async () => {
  await withMovablePair(async ({ engine, path }) => {
    const html = await (await pageAndApi(engine).request(path)).text();
    assert.doesNotMatch(html, /data-pair-settings/);
    assert.equal((await pageAndApi(engine).request(`${path}?set.parameters.entryZ=2`)).status, 200);
  });
});
