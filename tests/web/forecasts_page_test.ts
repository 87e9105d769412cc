import assert from "node:assert/strict";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";
import { pageTestOver } from "../support/materialized_pages.ts";
import { pairAssets } from "../support/pair_assets.ts";

const pageTest = pageTestOver(pairPageAssets);

/** The chart of forecasts, as the browser reads it. */
// deno-lint-ignore no-explicit-any -- without a type
function chartOf(html: string): any {
  return JSON.parse(/id="forecast-chart".*?<script type="application\/json">(.*?)<\/script>/s.exec(html)![1]!);
}

pageTest("GET /forecasts draws errors beside the last value's, and reports them in a table", async (ask) => {
  const { status, html, text } = await ask("/forecasts");
  assert.equal(status, 200);
  assert.ok(html.includes('aria-label="Mean absolute errors beside the last value'));
  assert.match(text, /ARIMA, 1 session ahead: 0\.750/);
  assert.match(text, /ARIMA, 5 sessions ahead: 1\.250/);
  assert.match(text, /ARIMA 1 0\.500 0\.500 0\.300 0\.400 56\.0 % 0\.0 % 5 of 8 93\.0 % −2\.35 0\.021 1,234/);
  assert.match(text, /Last value 5 .* 0 of 8 93\.0 % – – 1,234/);
  assert.ok(html.includes('href="/v1/assets/forecast_scores/rows?'), "the table is to be had as CSV");
});

pageTest(
  "GET /forecasts has how often the rolling trend was right by r², the research's measure apart",
  async (ask) => {
    const { html, text } = await ask("/forecasts");
    assert.ok(
      html.includes('aria-label="Share of signals whose direction came true, by r² threshold. The largest is 55.0 %'),
    );
    assert.match(text, /r² above 0\.4, 1 session ahead: 55\.0 % of 500 signals/);
    const [sample, research] = [text.indexOf("Out of sample"), text.indexOf("As the research measured it")];
    assert.ok(0 < sample && sample < research);
    assert.match(
      text.slice(sample, research),
      /All lines 1,000 100\.0 % 55\.0 % 1,000 100\.0 % 45\.0 % r² above 0\.4 500 50\.0 %/,
    );
    assert.match(
      text.slice(sample, research),
      /r² above 0\.6 200 20\.0 % 55\.0 % 0 0\.0 % – Best of each pair(?:'|&#39;)s formation/,
    );
    assert.match(text.slice(research), /Not a forecast accuracy\. .* formation \(in-sample\)/);
    assert.match(text.slice(research), /Best of each pair, chosen afterwards 250 25\.0 % 90\.0 % 250/);
    // What was chosen afterwards is in the table, where it says so, and in no bar.
    assert.ok(!html.includes("chosen afterwards, 1 session ahead"));
  },
);

pageTest("GET /forecasts puts each forecast of a pair into the session that it is of", async (ask) => {
  const { html, text } = await ask("/forecasts?pair=KO+PEP&model=arima&horizon=5");
  const { sessions, panes: [pane] } = chartOf(html);
  assert.deepEqual([sessions.length, sessions[0], sessions.at(-1)], [45, pageSessions[45], pageSessions[89]]);
  const [actual, forecast, upper, lower] = pane.lines;
  assert.deepEqual([actual.values[0], forecast.values[0], upper.values[0], lower.values[0]], [0.45, 0.2, 1.2, -0.8]);
  assert.ok(text.includes(`As of ${pageSessions[89]} the spread is 0.89; ARIMA expects 0.45 in 5 sessions`));
  assert.match(html, /<option value="arima" selected/);
  assert.match(html, /<option value="5" selected/);
});

pageTest(
  "GET /forecasts reports the newest forecasts of all pairs, and a direction only outside the interval",
  async (ask) => {
    const { text } = await ask("/forecasts?model=arima&horizon=1");
    assert.match(text, /A&B \/ C<D 0\.89 0\.45 0\.25 0\.65 down/);
    assert.match((await ask("/forecasts?model=last_value")).text, /KO \/ PEP 0\.89 0\.89 0\.69 1\.09 –/);
  },
);

pageTest("GET /forecasts leads to the forecasts of its table as CSV, whenever they were made", async (ask) => {
  const { html } = await ask("/forecasts?model=arima&horizon=1");
  const [, path] = /href="([^"]*spread_forecasts[^"]*as_of[^"]*)">As CSV/.exec(html)!;
  const csv = await ask(path!.replaceAll("&amp;", "&"));
  assert.equal(csv.status, 200, csv.html);
  const [header, ...rows] = csv.html.trim().split("\r\n");
  assert.match(header!, /^as_of,/);
  assert.deepEqual(rows.map((row) => row.split(",").slice(0, 3)), [
    [pageSessions[89], "A&B", "C<D"],
    [pageSessions[89], "KO", "PEP"],
  ]);
});

pageTest(
  "GET /forecasts says which values in its address are unknown, and falls back to existing ones",
  async (ask) => {
    const { status, html, text } = await ask("/forecasts?model=%3Cb%3E&horizon=-1&pair=KO");
    assert.equal(status, 400);
    assert.match(text, /Model “<b>” is none of .*\. It was left out\./);
    assert.match(text, /Horizon “-1” .*It was left out\./);
    const pair = await ask("/pairs/KO/PEP?model=nope");
    assert.equal(pair.status, 400);
    assert.match(pair.text, /Model “nope” is none of .*\. It was left out\./);
    assert.ok(!html.includes("<b>"));
    assert.match(html, /<option value="arima" selected/);
    assert.match((await ask("/forecasts?pair=NO+PAIR")).text, /There are no forecasts of NO \/ PAIR/);
  },
);

pageTest("GET /pairs/:ticker_1/:ticker_2 shows the pair's own forecasts by the requested model", async (ask) => {
  const { html } = await ask("/pairs/KO/PEP?model=last_value&horizon=1");
  assert.equal(chartOf(html).sessions.length, 49);
  assert.equal(chartOf(html).panes[0].lines[1].values[0], 0.4);
  assert.ok(html.includes('action="/pairs/KO/PEP#forecasts"'));
  assert.ok(
    !(await ask("/pairs/CVX/XOM")).html.includes("forecast-chart"),
    "a pair without forecasts has no such part",
  );
});

pageTest("GET /forecasts names the asset to materialize before there is a forecast", async (ask) => {
  const { status, text } = await ask("/forecasts");
  assert.equal(status, 200);
  assert.match(text, /errors appear here once forecast_scores is materialized/);
  assert.match(text, /they appear here once spread_forecasts is materialized/);
}, { engine: "empty" });

pageTestOver(pairAssets)("a project without forecasts has no page of them and no way to it", async (ask) => {
  assert.equal((await ask("/forecasts")).status, 404);
  assert.ok(!(await ask("/pairs")).html.includes('href="/forecasts"'));
});
