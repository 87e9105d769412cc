import assert from "node:assert/strict";
import { type PageAnswer, pageTestOver } from "../support/materialized_pages.ts";
import { pageSessions, pageSpread, pairPageAssets } from "../support/pair_page_assets.ts";

const pageTest = pageTestOver(pairPageAssets);

/** The pairs of the table, top to bottom. */
function pairsOf({ html }: PageAnswer): string[] {
  return [...html.matchAll(/<th scope="row">\s*<a href="\/pairs\/([^"]+)"/g)].map((match) => match[1]!);
}

/** The data of a chart. */
// deno-lint-ignore no-explicit-any -- Read as the browser reads it, without a type.
function chartOf({ html }: PageAnswer, id: string): any {
  const found = new RegExp(`id="${id}".*?<script type="application/json">(.*?)</script>`, "s").exec(html);
  assert.ok(found, `there is a chart ${id}`);
  return JSON.parse(found[1]!);
}

pageTest("GET /pairs shows the accepted pairs first, and the failed criteria of the others in words", async (ask) => {
  const page = await ask("/pairs");
  assert.equal(page.status, 200);
  assert.match(page.text, /1–50 of 55 pairs\. Download these pairs as CSV/);
  assert.deepEqual(pairsOf(page).slice(0, 3), ["KO/PEP", "CVX/XOM", "T00/ZZ"]);
  assert.match(page.text, /KO \/ PEP ● yes 0 0\.004 0\.005 0\.270 0\.001 6\.5 0\.30 30 2\.000 –/);
  assert.ok(page.html.includes('<a href="/tickers/KO">KO</a>'), "each ticker leads to its page");
  assert.match(page.text, /CVX \/ XOM ○ no 1 .* p-value 0\.212 is not below 0\.05\. Half-life 300 is not below 260 /);
});

pageTest("GET /pairs leafs through all pairs, each once", async (ask) => {
  const first = await ask("/pairs");
  const next = /<a href="([^"]+)" rel="next">/.exec(first.html)?.[1];
  assert.equal(next, "/pairs?page=2");
  const second = await ask(next);
  assert.match(second.text, /51–55 of 55 pairs/);
  assert.doesNotMatch(second.html, /rel="next"/);
  assert.equal(new Set([...pairsOf(first), ...pairsOf(second)]).size, 55);
  assert.match((await ask("/pairs?page=3")).text, /There is no page 3: 55 pairs match\./);
});

pageTest("GET /pairs filters by its address, and its CSV holds the same rows", async (ask) => {
  const expected: [query: string, pairs: string[]][] = [
    ["accepted=true", ["KO/PEP"]],
    ["cluster=1", ["CVX/XOM", "A%26B/C%3CD"]],
    ["max_p_value=0.31", ["KO/PEP", "CVX/XOM"]],
    ["max_half_life=40", ["KO/PEP", "T00/ZZ"]],
    ["accepted=false&max_p_value=0.4", ["CVX/XOM"]],
    ["max_hurst=0.4", ["KO/PEP"]],
    ["min_crossings=21", ["KO/PEP"]],
    ["failed=halfLife", ["CVX/XOM", "A%26B/C%3CD"]],
    ["failed=adfPValue&cluster=1", ["CVX/XOM"]],
  ];
  for (const [query, pairs] of expected) {
    const page = await ask(`/pairs?${query}`);
    assert.deepEqual(pairsOf(page), pairs, query);
    const csv = /<a href="(\/pairs\/tested\.csv[^"]*)"/.exec(page.html)![1]!.replaceAll("&amp;", "&");
    const lines = (await ask(csv)).html.trim().split(/\r?\n/).slice(1);
    const paths = lines.map((line) => line.split(",").slice(1, 3).map(encodeURIComponent).join("/"));
    assert.deepEqual(paths, pairs, csv);
  }
});

pageTest("GET /pairs shows the newest as-of session, and any other that its address names", async (ask) => {
  const [before, newest] = [pageSessions[84]!, pageSessions[89]!];
  const now = await ask("/pairs?accepted=true");
  assert.ok(now.text.includes(`with its statistics as of ${newest}, from data known then`));
  assert.deepEqual(pairsOf(now), ["KO/PEP"]);
  for (const session of [before, newest]) assert.ok(now.html.includes(`<option value="${session}">`), session);
  const then = await ask(`/pairs?as_of=${before}`);
  assert.ok(then.text.includes(`with its statistics as of ${before}`));
  assert.deepEqual(pairsOf(then), ["T00/ZZ", "KO/PEP"]);
  assert.match(then.html, new RegExp(`<option value="${before}" selected`));
  // Sorting stays with the session.
  assert.match(then.html, new RegExp(`href="/pairs\\?as_of=${before}&amp;sort=`));
  const csv = /<a href="(\/pairs\/tested\.csv[^"]*)"/.exec(then.html)![1]!.replaceAll("&amp;", "&");
  const lines = (await ask(csv)).html.trim().split(/\r?\n/).slice(1);
  assert.deepEqual(lines.map((line) => line.split(",")[0]), [before, before]);
  const never = await ask("/pairs?as_of=2020-01-03&accepted=true");
  assert.equal(never.status, 404);
  assert.match(never.text, /There are no tested pairs as of 2020-01-03\. Show the newest/);
  assert.match(never.html, /href="\/pairs\?accepted=true">Show the newest/);
  assert.doesNotMatch(never.text, /with its statistics as of|No matching pairs/);
  assert.doesNotMatch(never.html, /<option[^>]*>2020-01-03/);
  assert.equal((await ask("/pairs/tested.csv?as_of=2020-01-03")).status, 404);
  const wrong = await ask("/pairs?as_of=lately");
  assert.deepEqual([wrong.status, pairsOf(wrong)[0]], [400, "KO/PEP"]);
  assert.match(wrong.text, /As of “lately” is not a date such as 2024-01-31\. It was left out\./);
});

pageTest("GET /pairs finds a part of a ticker on either side, in any case", async (ask) => {
  assert.deepEqual(pairsOf(await ask("/pairs?ticker=pe")), ["KO/PEP"]);
  const both = await ask("/pairs?ticker=O");
  assert.deepEqual(pairsOf(both), ["KO/PEP", "CVX/XOM"]);
  const csv = (await ask("/pairs/tested.csv?ticker=O")).html;
  assert.deepEqual(csv.trim().split("\r\n").slice(1).map((line) => line.split(",").slice(1, 3).join("/")), [
    "KO/PEP",
    "CVX/XOM",
  ]);
  assert.match((await ask("/pairs?ticker=nothing")).text, /No matching pairs\. Show all pairs/);
});

pageTest("GET /pairs sorts by a column, with spreads that do not revert after all half-lives", async (ask) => {
  const rising = await ask("/pairs?sort=half_life&max_p_value=1&page=2");
  assert.equal(pairsOf(rising).at(-1), "CVX/XOM", "the pair without a p-value is not up to 1");
  const all = await ask("/pairs?sort=half_life&page=2");
  assert.deepEqual(pairsOf(all).slice(-2), ["CVX/XOM", "A%26B/C%3CD"]);
  const falling = await ask("/pairs?sort=-half_life");
  assert.equal(pairsOf(falling)[0], "CVX/XOM");
  assert.match(falling.html, /aria-sort="descending"[^>]*>\s*<a href="\/pairs\?sort=half_life"/);
});

pageTest("GET /pairs names unreadable parameters, and shows the rest", async (ask) => {
  const page = await ask("/pairs?accepted=true&max_p_value=%3Cb%3E&cluster=1.5&sort=no&page=0");
  assert.equal(page.status, 400);
  assert.match(page.text, /p cointegration “<b>” is not a number of at least 0\. It was left out\./);
  assert.match(page.text, /Cluster “1\.5” is not a whole number of at least 0\./);
  assert.match(page.text, /The table cannot be sorted by “no”\./);
  assert.ok(!page.html.includes("<b>"));
  assert.deepEqual(pairsOf(page), ["KO/PEP"]);
});

pageTest("GET /pairs/:ticker_1/:ticker_2 draws legs from 100 over the z-score between its levels", async (ask) => {
  const page = await ask("/pairs/KO/PEP");
  assert.equal(page.status, 200);
  const { sessions, panes: [legs, spread] } = chartOf(page, "pair-chart");
  assert.deepEqual(sessions, pageSessions);
  const [ko, pep] = legs.lines;
  assert.deepEqual([ko.name, ko.values[0], ko.values[89]], ["KO", 100, 117.8]);
  assert.equal(pep.values[0], 100);
  const [judged, fitted, upper, lower] = spread.lines;
  assert.deepEqual([judged.values[39], judged.values[65], judged.values[89]], [null, null, null]);
  assert.ok(Math.abs(judged.values[45] - pageSpread[45]! / 2) < 1e-4);
  assert.deepEqual([upper.values[39], upper.values[45], lower.values[45], upper.values[65]], [null, 1, -1, null]);
  // Sessions that the strategy judged have what it judged; the others have the formation's line, of the first forty sessions.
  const ends = [0, 39];
  assert.ok(ends.every((t) => typeof fitted.values[t] === "number") && fitted.values[45] === null);
  const formation = fitted.values.slice(0, 40) as number[];
  assert.ok(Math.abs(formation.reduce((sum, z) => sum + z, 0)) < 1e-3, "residuals have a mean of 0");
  assert.ok(Math.abs(formation.reduce((sum, z) => sum + z * z, 0) / 40 - 1) < 1e-4, "and a deviation of 1");
  assert.deepEqual(spread.markers.map((marker: { session: string; kind: string }) => [marker.session, marker.kind]), [
    [pageSessions[42], "long"],
    [pageSessions[50], "exit"],
    [pageSessions[81], "short"],
  ]);
  assert.match(page.text, /Formation 2026-01-05 to 2026-02-27: spread = PEP − 1\.931 × KO − 14\.17 USD/);
});

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 shades the formation and what was held, until its exit is filled",
  async (ask) => {
    const { panes } = chartOf(await ask("/pairs/KO/PEP"), "pair-chart");
    for (const { shades } of panes) {
      assert.deepEqual(shades.map(({ kind, from, to }: Record<string, string>) => [kind, from, to]), [
        ["formation", pageSessions[0], pageSessions[39]],
        ["long", pageSessions[42], pageSessions[49]],
        ["short", pageSessions[81], pageSessions[89]],
      ]);
    }
  },
);

pageTest("GET /pairs/:ticker_1/:ticker_2 begins with the decision at the newest close", async (ask) => {
  const { text } = await ask("/pairs/KO/PEP");
  assert.match(text, /Signal at the 2026-05-08 close Exit The trading window ended with this session: positions are/);
  assert.match(text, /number 1 of the newest selection\. Strategy: Rolling trend/);
  assert.match(text, /Z-score −0\.43 .* entry ±1\.00 · stop ±4\.00/);
  assert.match(text, /Position Short PEP, long KO then none Entry 2026-04-28 KO 54\.00 · PEP 118\.00/);
  // −320 USD of 226,000 USD of both legs.
  assert.match(text, /Unrealized −14\.16 USD −0\.14 % of the notional, after costs/);
  assert.match(text, /Days held 8 sessions half-life 6\.5 sessions, stop after 33/);
  assert.match(text, /Next fill Next session, open costs about 2\.00 USD/);
});

pageTest("GET /pairs/:ticker_1/:ticker_2 shows the shares of a notional, and refuses an invalid one", async (ask) => {
  // 2 KO at 58.90 against one PEP at 127.03, short the spread.
  assert.match((await ask("/pairs/KO/PEP")).text, /Long 82 KO at 58\.90 Short 41 PEP at 127\.03/);
  assert.match(
    (await ask("/pairs/KO/PEP?notional=1")).text,
    /This notional buys no whole share of KO and none of PEP\. Give a larger one\./,
  );
  const large = await ask("/pairs/KO/PEP?notional=1000000");
  assert.doesNotMatch(large.text, /buys no whole share/);
  assert.match(large.text, /Long 8,169 KO at 58\.90 Short 4,084 PEP at 127\.03/);
  assert.match(large.html, /strategy=z_score_bands&amp;notional=1000000#walk-forward/, "links keep it");
  assert.match(large.text, /More than 1 % of the session volume of a leg, which is reached at 480K USD\./);
  assert.match(
    (await ask("/pairs/KO/PEP")).text,
    /Capacity 480K USD: 1 % of the session volume of the less liquid leg/,
  );
  for (const wrong of ["0", "-5", "many", "1e30"]) {
    const refused = await ask(`/pairs/KO/PEP?notional=${wrong}`);
    assert.equal(refused.status, 400);
    assert.ok(refused.text.includes(`Notional in USD “${wrong}” is not a number from 1 to 1,000,000,000.`));
    assert.match(refused.text, /Long 82 KO/);
  }
});

pageTest("GET /pairs/:ticker_1/:ticker_2 says of a pair without a signal why there is none", async (ask) => {
  const pinned = await ask("/pairs/PIN/NED");
  assert.match(pinned.text, /Signal No signal The pair is pinned by hand, but no trading window .* contains it\./);
  const refused = await ask("/pairs/CVX/XOM");
  assert.match(refused.text, /No signal No trading window of the walk-forward chose the pair\./);
});

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 answers 400 to a view that does not exist, and shows the standing one",
  async (ask) => {
    const expected: [query: string, told: RegExp][] = [
      ["strategy=unheard_of", /There is no strategy “unheard_of”: rolling_trend, /],
      ["range=2d", /Range “2d” is none of 3m, 1y, 3y, all\./],
      ["prices=eur", /Prices “eur” is none of index, usd\./],
      ["log=2", /Log “2” is neither 1 nor 0\./],
      ["hide=everything", /The chart has no part “everything”: bands, positions, formation, events\./],
    ];
    for (const [query, told] of expected) {
      const page = await ask(`/pairs/KO/PEP?${query}`);
      assert.equal(page.status, 400, query);
      assert.match(page.text, told);
      assert.match(page.text, /Total return \+21\.0 %/);
    }
  },
);

pageTest("GET /pairs/:ticker_1/:ticker_2 shows the walk-forward with its gaps, drawdown and trades", async (ask) => {
  const page = await ask("/pairs/KO/PEP");
  const { sessions, panes: [equity, below] } = chartOf(page, "walk-forward-chart");
  assert.deepEqual(sessions, pageSessions.slice(40), "what it sat out is there too");
  assert.deepEqual(equity.lines[0].values.slice(19, 32), [110_000, ...Array(10).fill(110_000), 99_000, 110_000]);
  assert.deepEqual([below.lines[0].values[30], below.lines[0].values[49]], [-0.1, 0]);
  assert.match(
    page.text,
    /Total return \+21\.0 % Annualized \+232\.3 % Volatility 45\.3 % Sharpe 2\.87 Max drawdown −10\.0 % Trades 2 Win rate \(closed trades\) 100\.0 % /,
  );
  assert.match(page.text, /Costs 60 USD Windows 2 Sessions traded 40/);
  assert.match(page.text, /2026-04-28 open short PEP, long KO – 8 −300 20 −0\.32 %/);
  assert.match(page.text, /2026-03-04 2026-03-16 long PEP, short KO stop 8 5,000 40 \+4\.96 %/);
});

pageTest("GET /pairs/:ticker_1/:ticker_2 shows another strategy by its address", async (ask) => {
  const page = await ask("/pairs/KO/PEP?strategy=z_score_bands");
  assert.match(page.text, /Total return −5\.0 %/);
  assert.match(page.html, /<a [^>]*aria-current="true"[^>]*>\s*Z-score bands/);
  assert.match(page.text, /Strategy: Z-score bands/);
});

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 labels the reference, shades none of its returns, and lists its positions",
  async (ask) => {
    const { text } = await ask("/pairs/KO/PEP");
    assert.match(text, /Reference backtest, fitted on the sample it trades In-sample\. Not achievable in live trading/);
    assert.match(text, /Total return \+2\.0 % Annualized \+5\.6 % Max drawdown −1\.1 % Trades 2/);
    assert.doesNotMatch(text.slice(text.indexOf("Reference backtest, fitted")), /Shaded by gain and loss/);
    const [tenth, twentieth, thirtieth] = [10, 20, 30].map((t) => pageSessions[t]);
    assert.ok(text.includes(`${twentieth} ${thirtieth} short PEP, long KO signal 10 1,000 – +0.99 %`), text);
    assert.ok(text.includes(`${tenth} ${twentieth} long PEP, short KO reversal 10 1,000 – +1.00 %`), text);
  },
);

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 shows the tests beside their criteria, and where all comes from",
  async (ask, tiny) => {
    const accepted = await ask("/pairs/KO/PEP");
    assert.match(accepted.text, /As of 2026-05-08 in cluster 0, proposed by cluster\. Accepted/);
    assert.match(accepted.text, /p cointegration 0\.004 below 0\.05 ✓ yes/);
    assert.match(accepted.text, /p adjusted 0\.270 below 0\.5 ✓ yes/);
    assert.match(accepted.text, /p spread 0\.001 below 0\.05 ✓ yes/);
    assert.match(accepted.text, /Half-life 6\.5 sessions above 0, below 260 ✓ yes Sessions \(trading days\)/);
    const [made] = await tiny.engine.materializations("cointegrated_pairs", { limit: 1 });
    const { id, runId } = made!;
    assert.ok(accepted.text.includes(`cointegrated_pairs ${id} Run ${runId}`));
    assert.ok(accepted.html.includes(`href="/runs/${runId}"`));
    const refused = await ask("/pairs/CVX/XOM");
    assert.match(refused.text, /Half-life 300\.1 sessions above 0, below 260 ✕ no Half-life 300 is not below 260 /);
    assert.match(refused.text, /No window of the walk-forward chose this pair, so there is no backtest of it/);
    assert.doesNotMatch(refused.text, /Reference backtest/);
  },
);

pageTest("GET /pairs/:ticker_1/:ticker_2 escapes tickers everywhere", async (ask) => {
  const page = await ask("/pairs/A%26B/C%3CD");
  assert.equal(page.status, 200);
  assert.match(page.text, /Half-life does not revert above 0, below 260 ✕ no/);
  assert.match(page.text, /clean_prices has no sessions that both A&B and C<D have\./);
  assert.ok(!page.html.includes("C<D"));
});

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 shows legs from 100 or in USD, and its links keep what was chosen",
  async (ask) => {
    const page = await ask("/pairs/KO/PEP?strategy=z_score_bands&prices=usd");
    assert.match(page.html, /KO and PEP, in USD, over the z-score of their spread: 58\.90 and/);
    assert.match(page.html, /href="\/pairs\/KO\/PEP\?strategy=z_score_bands#chart"/);
    assert.match(page.html, /href="\/pairs\/KO\/PEP\?strategy=\w+&amp;prices=usd#walk-forward"/);
    assert.equal(chartOf(page, "pair-chart").panes.length, 3);
    assert.match((await ask("/pairs/KO/PEP")).html, /KO and PEP, both 100 on 2026-01-05, over the z-score/);
  },
);

pageTest(
  "GET /pairs/:ticker_1/:ticker_2 has a page for a pinned pair that no test accepts, and says so",
  async (ask) => {
    const page = await ask("/pairs/PIN/NED");
    assert.equal(page.status, 200);
    assert.match(
      page.text,
      /Pinned by hand, number 2 of the chosen pairs\. The tests do not accept it: Not tested: no source of/,
    );
    const found = await ask("/pairs/KO/PEP");
    assert.doesNotMatch(found.text, /Pinned/);
  },
);

pageTest("GET /pairs/:ticker_1/:ticker_2 knows a pair of the past that is not tested now", async (ask) => {
  const page = await ask("/pairs/OLD/PAIR");
  assert.equal(page.status, 200);
  assert.match(page.text, /Not tested now: no source of candidates proposes it\./);
});

pageTest("GET /pairs/:ticker_1/:ticker_2 answers 404 with a way back, and turns tickers round", async (ask) => {
  const unknown = await ask("/pairs/NO/PAIR");
  assert.equal(unknown.status, 404);
  assert.match(unknown.text, /NO \/ PAIR has not been tested .* Pairs of NO , pairs of PAIR , all pairs/);
  assert.match(unknown.html, /href="\/pairs"/);
  const reversed = await ask("/pairs/C%3CD/A%26B");
  assert.deepEqual([reversed.status, reversed.headers.get("location")], [302, "/pairs/A%26B/C%3CD"]);
});

pageTest("GET /pairs and a pair give the next step while nothing is materialized", async (ask) => {
  const pairs = await ask("/pairs");
  assert.equal(pairs.status, 200);
  assert.match(
    pairs.text,
    /No pair has been tested yet: .* once cointegrated_pairs is materialized\. To cointegrated_pairs/,
  );
  const pair = await ask("/pairs/KO/PEP");
  assert.equal(pair.status, 200);
  assert.match(pair.text, /KO \/ PEP No pair has been tested yet/);
  assert.doesNotMatch((await ask("/")).html, /id="portfolio"/);
}, { engine: "empty" });

pageTest("GET / shows the portfolio of the default strategy in equal parts, with its figures", async (ask) => {
  const page = await ask("/");
  assert.match(
    page.text,
    /Portfolio Charts by .{1,120} Rolling trend on the pairs of each walk-forward window, after costs \(2 bps\)/,
  );
  assert.match(
    page.text,
    /Total return \+49\.0 % Annualized \+12\.3 % Sharpe 1\.23 Max drawdown −4\.5 % Benchmark \+4\.9 % /,
  );
  assert.match(page.text, /Deflated Sharpe 87\.6 %/);
  const { sessions, panes } = chartOf(page, "portfolio-chart");
  assert.deepEqual([sessions.length, panes[0].lines[0].values[49], panes[0].lines[1].values[49]], [50, 0.49, 0.049]);
});

pageTest("GET /pairs/:ticker_1/:ticker_2 leads nowhere that is not there", async (ask) => {
  const { html } = await ask("/pairs/KO/PEP?strategy=z_score_bands");
  const targets = new Set([...html.matchAll(/href="(\/[^"]*)"/g)].map((match) => match[1]!.replaceAll("&amp;", "&")));
  assert.ok(targets.size > 20);
  for (const target of targets) {
    const { status } = await ask(target);
    // pair_signals is not among these assets.
    assert.equal(status, target.startsWith("/v1/assets/pair_signals/") ? 404 : 200, target);
  }
});

pageTest("GET /pairs and a pair answer with the strict policy, and run nothing inline", async (ask) => {
  const policy = (await ask("/")).headers.get("content-security-policy");
  assert.match(policy!, /default-src 'none'; script-src 'self'; style-src 'self'/);
  for (const path of ["/pairs", "/pairs/KO/PEP", "/pairs/NO/PAIR"]) {
    const page = await ask(path);
    assert.equal(page.headers.get("content-security-policy"), policy, path);
    assert.doesNotMatch(page.html, /<style|\sstyle=|\son[a-z]+=|javascript:/);
    for (const [, attributes] of page.html.matchAll(/<script([^>]*)>/g)) {
      assert.match(attributes!, /src="\/static\/|type="application\/json"/);
    }
  }
});

pageTest("GET /pairs/:ticker_1/:ticker_2 draws the residual and the months, with the CSV of both", async (ask) => {
  const { html } = await ask("/pairs/KO/PEP");
  assert.match(html, /aria-label="Distribution of the spread over 90 sessions: mean 0\.\d\d USD/);
  assert.match(html, /aria-label="Autocorrelation of the spread at lags 1 to 40: 0\.9\d at lag 1/);
  assert.match(html, /<th scope="row">2026<\/th>/);
  const months = await ask("/pairs/KO/PEP/monthly_returns.csv");
  assert.match(months.headers.get("Content-Disposition")!, /filename="monthly_returns\.csv"/);
  // From 100,000 through 100,500 in the first session to 121,000.
  const lines = months.html.trim().split("\r\n");
  assert.equal(lines[0], "year,month,return");
  const total = lines.slice(1).reduce((product, line) => product * (1 + Number(line.split(",")[2])), 1);
  assert.ok(Math.abs(total - 1.21) < 1e-12, `${total}`);
  const residual = (await ask("/pairs/KO/PEP/spread_distribution.csv")).html.trim().split("\r\n");
  const counted = residual.filter((line) => line.startsWith("distribution")).map((line) => Number(line.split(",")[4]));
  assert.equal(counted.reduce((sum, sessions) => sum + sessions, 0), 90);
  assert.equal((await ask("/pairs/OLD/NOBODY/monthly_returns.csv")).status, 404);
  assert.equal((await ask("/pairs/CVX/XOM/monthly_returns.csv")).status, 404);
});

pageTest("GET /pairs/selections shows which pairs were chosen when", async (ask) => {
  const page = await ask("/pairs/selections");
  assert.match(page.text, new RegExp(`3 pairs in 2 selections, ${pageSessions[84]} to ${pageSessions[89]}`));
  assert.match(page.text, new RegExp(`KO / PEP 1 of 2 ${pageSessions[89]} now`));
  assert.match(page.text, new RegExp(`T00 / ZZ 1 of 2 ${pageSessions[84]} ${pageSessions[84]}`));
  assert.match(page.text, new RegExp(`${pageSessions[89]} 2 2 1 ${pageSessions[84]} 1 – –`));
  const one = await ask("/pairs/selections?ticker=zz");
  assert.deepEqual(pairsOf(one), ["T00/ZZ"]);
  assert.match((await ask("/pairs/selections?ticker=NONE")).text, /No pair with NONE was chosen/);
});

pageTest("GET / shows the signal of each pair at the newest close", async (ask) => {
  const { text, html } = await ask("/");
  const about = `Signals at the ${pageSessions[89]} close \\(Rolling trend\\)\\. 1 order for the next session\\.`;
  assert.match(text, new RegExp(`${about}.* 2 pairs in the newest selection, as of ${pageSessions[89]}\\.`));
  // One list: what is to be filled first, with the statistics of the selection; then what is only chosen.
  assert.match(
    text,
    /Orders · 1 KO \/ PEP exit: window ends short PEP, long KO flat −?\d\.\d\d ±1\.00 2\.000 6\.5 0\.005 1 Chosen, .* · 1 PIN \/ NED – .* pinned/,
  );
  assert.equal(html.match(/<a href="\/pairs\/KO\/PEP">/g)?.length, 1, "a pair is listed once");
});
