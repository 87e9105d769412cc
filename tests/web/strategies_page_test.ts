import assert from "node:assert/strict";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";
import { type PageAnswer, pageTestOver } from "../support/materialized_pages.ts";

const strategiesTest = pageTestOver(pairPageAssets);

/** Strategies of the table, top to bottom. */
function order({ html }: PageAnswer): string[] {
  const table = /<table class="strategies-table">.*?<\/table>/s.exec(html)![0];
  return [...table.matchAll(/<th scope="row"><a[^>]*>([^<]+)<\/a>/g)].map((match) => match[1]!);
}

// deno-lint-ignore no-explicit-any -- Read as the browser reads it, without a type.
function chartOf({ html }: PageAnswer, id: string): any {
  return JSON.parse(new RegExp(`id="${id}".*?<script type="application/json">(.*?)</script>`, "s").exec(html)![1]!);
}

strategiesTest("GET /strategies compares all strategies, and separates look-ahead ones", async (ask) => {
  const page = await ask("/strategies");
  assert.equal(page.status, 200);
  assert.deepEqual(
    order(page),
    ["Rolling trend", "Kalman hedge", "Reference"],
    "the in-sample one last, whatever its Sharpe",
  );
  assert.match(
    page.text,
    /Best out-of-sample record: Rolling trend , Sharpe 1\.23 \(95 % band −0\.20 to 2\.60\): its band includes 0/,
  );
  assert.match(
    page.text,
    /Rolling trend Best \+49\.0 % \+12\.3 % 10\.0 % 1\.23 −0\.20 to 2\.60 87\.6 % 2\.00 3\.00 −4\.5 % 3 10\.0 2 /,
  );
  assert.match(page.text, /Deflated Sharpe counts 10 settings tried on these bars, 4 of them in earlier runs\./);
  assert.match(
    page.text,
    /Probability of backtest overfitting: 34\.0 %\. So often, over all ways to divide the sessions/,
  );
  assert.match(page.text, /For comparison: not achievable in live trading Reference In-sample \+950\.0 % /);
  const apart = /<tbody class="apart">.*?<\/tbody>/s.exec(page.html)![0];
  assert.doesNotMatch(apart, /class="gain"/, "what was not earned is never green");
  assert.match(page.html, /<tbody>.*<span class="gain">\+49\.0 %/s);
});

strategiesTest("GET /strategies draws all equities, and the sheet of the best", async (ask) => {
  const page = await ask("/strategies");
  const { sessions, panes: [{ lines }] } = chartOf(page, "strategies-chart");
  assert.deepEqual(sessions, pageSessions.slice(40));
  assert.deepEqual(
    lines.map(({ name, values, shape }: Record<string, unknown>) => [name, (values as number[])[49], shape]),
    [
      ["Kalman hedge", 0.5, undefined],
      ["Reference", 0.5, "dotted"],
      ["Rolling trend", 1.49, undefined],
      ["Benchmark", 1.049, "dashed"],
    ],
  );
  const sheet = chartOf(page, "sheet-chart");
  // 50 sessions are fewer than rolling figures look back on.
  assert.deepEqual(sheet.panes.map((pane: { title: string }) => pane.title), ["Growth", "Drawdown", "Gross exposure"]);
  assert.match(page.text, /Annualized \+12\.3 % −2\.0 % to \+27\.0 %/);
  assert.match(page.text, /Max drawdown −4\.5 % −11\.0 % to −2\.0 %/);
  assert.match(page.text, /The equity never fell below an earlier peak\./);
});

strategiesTest("GET /strategies sorts, and takes costs, weights and a strategy from the address", async (ask) => {
  assert.deepEqual(order(await ask("/strategies?sort=sharpe")), ["Kalman hedge", "Rolling trend", "Reference"]);
  const byCalmar = await ask("/strategies?sort=calmar");
  assert.deepEqual(order(byCalmar).slice(0, 2), ["Rolling trend", "Kalman hedge"], "what cannot be said comes last");
  assert.match(byCalmar.html, /aria-sort="ascending"><a href="\/strategies\?sort=-calmar"/);
  const spread = await ask("/strategies?cost=spread");
  assert.match(spread.text, /Costs 2 bps 5 bps by spread .* Growth of 1, after costs \(by spread\)/);
  assert.match(spread.html, /\/v1\/assets\/strategy_comparison\/rows\?costs=spread&amp;cost_bps=2&amp;weighting=equal/);
  assert.match(spread.html, /rolling_trend\.html\?cost=spread&amp;weighting=equal/);
  const dear = await ask("/strategies?cost=5");
  assert.deepEqual(order(dear), ["Rolling trend"]);
  assert.match(
    dear.html,
    /href="\/strategies\?cost=5&amp;sort=total_return"|href="\/strategies\?cost=5&amp;sort=-total_return"/,
  );
  assert.match(dear.html, /aria-current="true"[^>]*>5 bps/);
  assert.deepEqual(order(await ask("/strategies?weighting=volatility_scaled")), ["Kalman hedge", "Rolling trend"]);
  const other = await ask("/strategies?strategy=reference");
  assert.match(other.text, /In-sample\. Not achievable in live trading: it is fitted on the sessions that it trades\./);
  assert.match(other.html, /class="panel sheet look-ahead"/);
  assert.deepEqual(
    chartOf(other, "sheet-chart").panes[1].lines[0].values[0],
    -0.5,
    "the first session's loss is a drawdown",
  );
  assert.match(other.text, /Start 2026-03-02 not yet −50\.00 % 50/);
});

strategiesTest(
  "GET /strategies has a toggle for each weighting, and says how the chosen one shares equity",
  async (ask) => {
    const equal = await ask("/strategies");
    assert.match(equal.text, /Weights Equal Inverse volatility Equal risk contribution /);
    assert.match(equal.text, /Weights: the same share of equity to each pair of a window\. Deflated Sharpe/);
    const byVolatility = await ask("/strategies?weighting=volatility_scaled");
    assert.match(byVolatility.text, /Weights: shares in inverse proportion to the past volatility of each pair\./);
    const byRisk = await ask("/strategies?weighting=equal_risk_contribution");
    assert.match(byRisk.html, /aria-current="true"[^>]*>Equal risk contribution/);
    assert.match(byRisk.text, /Weights: shares at which each pair of a window contributes the same to the variance/);
    assert.deepEqual(order(byRisk), ["Rolling trend"]);
  },
);

strategiesTest(
  "GET /strategies says what limits there are, and how often they bound the strategy that is shown",
  async (ask) => {
    const limits = (bound: number) =>
      `Limits: at most 25 % of the largest gross exposure in one ticker (it lowered weights in ${bound} of 50 sessions), and at most ` +
      "40.5 % of the largest gross exposure in one sector (it lowered weights in 0 of 50 sessions). The excess stays in cash. " +
      "3 of 14 tickers have no known sector and count in none.";
    const page = await ask("/strategies?weighting=equal_risk_contribution");
    assert.ok(page.text.includes(`${limits(12)} Sessions are those of Rolling trend.`), page.text);
    assert.ok((await ask("/strategies")).text.includes(limits(0)));
    const file = await ask("/strategies/rolling_trend.html?cost=2&weighting=equal_risk_contribution");
    assert.ok(file.text.includes(limits(12)));
  },
);

strategiesTest("GET /strategies answers 400 to invalid or unknown parameters, and shows the rest", async (ask) => {
  const expected: [query: string, told: RegExp][] = [
    ["cost=cheap", /Costs “cheap” are not a number of basis points, nor “spread”\. It was left out\./],
    ["cost=7", /Costs in bps “7” is none of 2, 5, spread\./],
    ["weighting=heavy", /Weighting “heavy” is none of equal, volatility_scaled, equal_risk_contribution\./],
    ["strategy=best", /Strategy “best” is none of kalman_hedge, reference, rolling_trend\./],
    ["sort=luck", /The table cannot be sorted by “luck”\./],
    ["range=2d", /Range “2d” is none of 3m, 1y, 3y, all\./],
    ["log=yes", /Log “yes” is neither 1 nor 0\./],
  ];
  for (const [query, told] of expected) {
    const page = await ask(`/strategies?${query}`);
    assert.equal(page.status, 400, query);
    assert.match(page.text, told);
    assert.equal(order(page)[0], "Rolling trend");
  }
});

strategiesTest("GET /strategies/:name.html is a file that needs nothing else", async (ask) => {
  const file = await ask("/strategies/rolling_trend.html?cost=2&weighting=equal");
  assert.equal(file.status, 200);
  assert.equal(file.headers.get("Content-Disposition"), 'attachment; filename="rolling_trend.html"');
  assert.match(file.html, /^<!doctype html>/);
  assert.doesNotMatch(file.html, /<script|<link|src=|href=|url\(/, "no script, and nothing from anywhere");
  assert.match(file.text, /Rolling trend 2026-03-02 to 2026-05-08, 50 sessions\. Costs 2 bps, weights: equal\./);
  assert.match(file.text, /Sharpe 1\.23 −0\.20 to 2\.60/);
  assert.ok([...file.html.matchAll(/<path class="line /g)].length >= 3);
  assert.match(file.text, /Data: csv: prices\.csv/);
});

strategiesTest(
  "GET /strategies/:name.html answers 404 to no strategy, and 400 as a problem to costs that do not exist",
  async (ask) => {
    assert.equal((await ask("/strategies/none.html")).status, 404);
    const wrong = await ask("/strategies/rolling_trend.html?cost=7");
    assert.deepEqual([wrong.status, wrong.headers.get("Content-Type")], [400, "application/problem+json"]);
    const { type, errors } = JSON.parse(wrong.html);
    assert.deepEqual([type, errors], ["/problems/invalid-request", [{
      path: "cost",
      message: "Costs in bps “7” is none of 2, 5, spread.",
    }]]);
  },
);

strategiesTest("GET /strategies leads nowhere that is not there, and runs nothing inline", async (ask) => {
  const page = await ask("/strategies?strategy=kalman_hedge&cost=2");
  const targets = new Set(
    [...page.html.matchAll(/href="(\/[^"]*)"/g)].map((match) => match[1]!.replaceAll("&amp;", "&")),
  );
  assert.ok(targets.size > 25);
  for (const target of targets) assert.equal((await ask(target)).status, 200, target);
  assert.match(page.headers.get("content-security-policy")!, /style-src 'self'/);
  assert.doesNotMatch(page.html, /<style|\sstyle=|\son[a-z]+=|javascript:/);
});

strategiesTest("GET /strategies gives the next step while nothing is materialized", async (ask) => {
  const { status, text } = await ask("/strategies");
  assert.equal(status, 200);
  assert.match(text, /No strategy has been compared yet: .* To strategy_comparison/);
}, { engine: "empty" });
