import assert from "node:assert/strict";
import { pairClusters } from "../../assets/mod.ts";
import { knownTable } from "../support/known_tables.ts";
import { pageSessions, pairPageAssets } from "../support/pair_page_assets.ts";
import { pageTestOver } from "../support/materialized_pages.ts";

const pageTest = pageTestOver(pairPageAssets);

/** Where tickers stand on the map, by the title of their points. */
const placesOf = (html: string) =>
  [...html.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"[^>]*><title>([^,]+),/g)].map((match) => match.slice(1));

pageTest(
  "GET /pairs/clusters maps the tickers of a session, of the tested pairs' setting unless told otherwise",
  async (ask) => {
    const page = await ask("/pairs/clusters");
    assert.match(page.text, /4 tickers, 3 of them in 1 cluster\./);
    assert.equal([...page.html.matchAll(/<circle/g)].length, 4);
    assert.match(page.html, /href="\/pairs\?as_of=[^"]+&amp;cluster=0">3</);
    assert.match(page.html, /<title>C&lt;D, in no cluster/);
    const other = await ask("/pairs/clusters?preset=service");
    assert.match(other.text, /4 tickers, 0 of them in 0 clusters\./);
    assert.ok(!other.html.includes('id="cluster"'), "without a cluster there is nothing to compare");
    assert.equal((await ask("/pairs/clusters?as_of=2001-01-01")).status, 404);
    const wrong = await ask("/pairs/clusters?preset=nothing&as_of=lately&map=x&cluster=999");
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /4 tickers, 3 of them/);
    assert.match(wrong.text, /Clustering preset “nothing” is none of research, service\. It was left out\./);
    assert.match(wrong.text, /Cluster “999” is none of 0\. It was left out\./);
    assert.match(wrong.text, /As of “lately” .*It was left out\..*Map “x” .*It was left out\./);
  },
);

pageTest("GET /pairs/clusters marks a ticker, and compares its cluster, without a script", async (ask) => {
  const found = await ask("/pairs/clusters?find=pep");
  assert.deepEqual([...found.html.matchAll(/data-ticker="(\w+)"[^>]*class="found"/g)].map((match) => match[1]), [
    "PEP",
  ]);
  assert.match(found.text, /Cluster 0, 3 tickers/);
  const none = await ask("/pairs/clusters?find=%3Cx%3E");
  assert.match(none.text, /No ticker or cluster matches “<x>”\./);
  assert.ok(!none.html.includes("<x>"));
});

pageTest("GET /pairs/clusters shows the same tickers by t-SNE where its address asks for it", async (ask) => {
  const components = await ask("/pairs/clusters");
  const [, path] = /<a href="([^"]*map=tsne[^"]*)">\s*t-SNE/.exec(components.html)!;
  const page = await ask(path!.replaceAll("&amp;", "&"));
  assert.match(page.html, /aria-current="true">\s*t-SNE/);
  assert.match(page.html, /aria-label="4 tickers by t-SNE of their loadings: 1 cluster with 3 tickers/);
  assert.ok(!page.html.includes("component 1 →") && components.html.includes("component 1 →"));
  const names = (html: string) => placesOf(html).map((place) => place[2]).sort();
  assert.deepEqual(names(page.html), names(components.html));
  assert.notDeepEqual(placesOf(page.html), placesOf(components.html));
  // KO is at 10, 0 of t-SNE: farthest to the right.
  const [[x]] = placesOf(page.html).filter(([, , name]) => name === "KO") as [[string]];
  assert.ok(placesOf(page.html).every((place) => Number(place[0]) <= Number(x)));
  // Form and links keep the map.
  assert.equal([...page.html.matchAll(/<input type="hidden" name="map" value="tsne"/g)].length, 3);
});

pageTest(
  "GET /pairs/clusters draws prices of a cluster's members from 100, with the table behind them",
  async (ask) => {
    const { html, text } = await ask("/pairs/clusters?cluster=0");
    const [, json] = /id="cluster-chart".*?<script type="application\/json">(.*?)<\/script>/s.exec(html)!;
    const { sessions, panes: [pane] } = JSON.parse(json!);
    assert.deepEqual(sessions, pageSessions);
    assert.deepEqual(pane.lines.map(({ name }: { name: string }) => name), ["CVX", "KO", "PEP"]);
    const [cvx, ko] = pane.lines;
    assert.deepEqual([cvx.values[0], cvx.values[89], ko.values[0], ko.values[89]], [100, 189, 100, 117.8]);
    assert.match(
      text,
      /100 on 2026-01-05, the first of 90 sessions of the formation\. The source has no dividends of these/,
    );
    assert.doesNotMatch(text, /are drawn/);
    assert.match(text, /Prices and correlations .*Cluster 0, 3 tickers: KO, PEP, CVX|CVX, KO, PEP/);
  },
);

pageTest("GET /pairs/clusters has each correlation as a number in a table, alike members side by side", async (ask) => {
  const { html, text } = await ask("/pairs/clusters");
  assert.match(html, /title="KO and PEP: 0\.\d\d"/);
  const rows = [...html.matchAll(/<tr><th scope="row"><a href="\/tickers\/(\w+)">/g)].map((match) => match[1]);
  assert.deepEqual(rows.toSorted(), ["CVX", "KO", "PEP"]);
  assert.match(
    text,
    /Correlations of daily returns over 89 sessions of the formation, [−\d.]+ on average, shaded from/,
  );
});

pageTest("GET /pairs/clusters/prices.csv and correlations.csv have the figures of both", async (ask) => {
  const prices = (await ask("/pairs/clusters/prices.csv?cluster=0")).html.trim().split("\r\n");
  assert.deepEqual([prices.length, prices[0]], [91, "session,CVX,KO,PEP"]);
  assert.match(prices[1]!, /^2026-01-05,100,100,100$/);
  const correlations = (await ask("/pairs/clusters/correlations.csv")).html.trim().split("\r\n");
  assert.deepEqual([correlations.length, correlations[0]], [4, "ticker_1,ticker_2,correlation"]);
  assert.ok(correlations.slice(1).every((line) => Math.abs(Number(line.split(",")[2])) <= 1));
  for (const table of ["prices", "correlations"]) {
    assert.equal((await ask(`/pairs/clusters/${table}.csv?preset=service`)).status, 404);
  }
});

pageTest("GET /pairs/clusters says what to materialize before there is a cluster", async (ask) => {
  const { status, text } = await ask("/pairs/clusters");
  assert.equal(status, 200);
  assert.match(text, /they appear here once pair_clusters is materialized/);
}, { engine: "empty" });

pageTestOver([
  knownTable(
    pairClusters,
    [0, 1].map((i) => ({
      as_of: pageSessions[89]!,
      preset: "research" as const,
      ticker: `T${i}`,
      cluster: 0,
      position: i,
      reachability: null,
      core_distance: null,
      component_1: i,
      component_2: i,
      component_3: null,
      component_4: null,
      component_5: null,
    })),
  ),
])("GET /pairs/clusters of a project without closes and t-SNE has the map alone", async (ask) => {
  const { status, html, text } = await ask("/pairs/clusters?map=tsne");
  assert.equal(status, 200);
  assert.ok(!html.includes("map=tsne"));
  assert.match(text, /clean_prices has no closes of these tickers up to/);
  assert.equal((await ask("/pairs/clusters/prices.csv")).status, 404);
});
