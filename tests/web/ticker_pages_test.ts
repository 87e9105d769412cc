import assert from "node:assert/strict";
import { materialize, type PageAnswer, pageTestOver } from "../support/materialized_pages.ts";
import {
  closeOfKo,
  lastTickerSession,
  newsMonday,
  splitAt,
  tickerBars,
  tickerPageAssets,
  tickerSessions,
} from "../support/ticker_page_assets.ts";

const tickerTest = pageTestOver(tickerPageAssets);

/** The tickers of the list, top to bottom. */
function symbolsOf({ html }: PageAnswer): string[] {
  return [...html.matchAll(/data-ticker="([^"]+)"/g)].map((match) => match[1]!.replaceAll("&amp;", "&"));
}

/** The data of the chart. */
// deno-lint-ignore no-explicit-any -- Read as the browser reads it, without a type.
function chartOf({ html }: PageAnswer): any {
  const found = /id="ticker-chart".*?<script type="application\/json">(.*?)<\/script>/s.exec(html);
  assert.ok(found, "there is a chart");
  return JSON.parse(found[1]!);
}

// ---- the list -------------------------------------------------------------------------------------------------------

tickerTest("GET /tickers lists all tickers with last bars, pairs and clusters, unlisted ones too", async (ask) => {
  const page = await ask("/tickers?size=100");
  assert.equal(page.status, 200);
  assert.match(page.text, /1–70 of 70 tickers\. Download all 70 as CSV/);
  assert.ok(page.text.includes(`Closes up to ${lastTickerSession}, adjusted for splits`));
  assert.deepEqual(symbolsOf(page).slice(0, 8), ["A&B", "AMpB", "BRK.B", "KO", "LATE", "NONE", "OLD", "ONE"]);
  assert.match(page.text, /KO Coca-Cola Co CS 2024-02-23 59\.90 \+0\.17 % 1,299 ● chosen 1 accepted of 2/);
  assert.match(page.text, /OLD Old Mills Co CS 2023-06-16 ⊘ delisted 51\.19 \+0\.02 % 1,119 – /);
  assert.match(page.text, /NONE Never Traded Inc CS no bars – – – – /);
  assert.match(page.text, /ONE First Day Inc CS 2024-02-23 52\.99 – 1,299 – /);
  assert.match(page.text, /STRANGER – – 2024-02-23 52\.99 \+0\.02 % 1,299 – /);
  assert.ok(page.html.includes("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons"), "names are text");
  assert.equal(page.html.match(/class="sparkline/g)?.length, 6, "one for each with bars in the last three months");
});

tickerTest("GET /tickers finds the symbol first, then its beginnings, then names", async (ask) => {
  assert.deepEqual(symbolsOf(await ask("/tickers?q=late")), ["LATE"]);
  assert.deepEqual(symbolsOf(await ask("/tickers?q=on")), ["ONE"]);
  assert.deepEqual(symbolsOf(await ask("/tickers?q=co")), ["KO", "OLD"]);
  assert.deepEqual(symbolsOf(await ask("/tickers?q=o")).slice(0, 3), ["ONE", "OLD", "T00"], "funds are of everything");
  assert.deepEqual(symbolsOf(await ask("/tickers?q=fund+07")), ["T07"]);
  const none = await ask("/tickers?q=zzz");
  assert.match(none.text, /No matching tickers\. Show all 70/);
});

tickerTest("GET /tickers has pages, and keeps the search in every link", async (ask) => {
  const first = await ask("/tickers?type=ETF&size=25&sort=-ticker");
  assert.match(first.text, /1–25 of 60 tickers/);
  assert.equal(symbolsOf(first)[0], "T59");
  const next = /<a href="([^"]+)" rel="next">/.exec(first.html)![1]!.replaceAll("&amp;", "&");
  assert.equal(next, "/tickers?type=ETF&sort=-ticker&size=25&page=2");
  const third = await ask(next.replace("page=2", "page=3"));
  assert.match(third.text, /51–60 of 60 tickers/);
  assert.doesNotMatch(third.html, /rel="next"/);
  assert.match((await ask("/tickers?type=ETF&page=9")).text, /There is no page 9: 60 tickers match\./);
  assert.match(first.html, /<option value="ETF" selected/);
  assert.match(first.html, /<input type="hidden" name="sort" value="-ticker"/);
});

tickerTest("GET /tickers filters by data of the assets, and its CSV holds the same tickers", async (ask) => {
  const expected: [query: string, symbols: string[]][] = [
    ["status=delisted", ["OLD"]],
    ["bars=no&type=CS", ["NONE"]],
    ["chosen=yes", ["KO", "PEP"]],
    ["cluster=4", ["KO", "LATE", "PEP"]],
    ["cluster=9", []],
    ["cluster=none&bars=yes&status=active", ["A&B", "BRK.B", "ONE", "STRANGER"]],
    ["sort=-pairs&cluster=any", ["KO", "LATE", "PEP"]],
  ];
  for (const [query, symbols] of expected) {
    const page = await ask(`/tickers?${query}`);
    assert.deepEqual(symbolsOf(page), symbols, query);
    const csv = await ask(`/tickers?${query}&format=csv`);
    assert.match(csv.headers.get("content-type")!, /^text\/csv/);
    assert.deepEqual(
      csv.html.trim().split("\r\n").slice(1).map((line) => line.split(",")[0]),
      symbols,
      `${query} as CSV`,
    );
  }
  const all = (await ask("/tickers?format=csv&size=25&page=3")).html.trim().split("\r\n");
  assert.equal(all.length, 71, "a CSV is no page");
  assert.equal(
    all.find((line) => line.startsWith("KO,")),
    `KO,Coca-Cola Co,CS,XNYS,true,,${lastTickerSession},59.9,${59.9 / 59.8 - 1},1299,2,1,1,4`,
  );
});

tickerTest("GET /tickers names unreadable parameters, and shows the rest", async (ask) => {
  const page = await ask("/tickers?status=dead&type=PFD&format=csv");
  assert.equal(page.status, 400);
  assert.match(page.text, /Status “dead” is none of active, delisted\. It was left out\./);
  assert.deepEqual(symbolsOf(page), ["AMpB"]);
});

tickerTest("GET /tickers shows rows published since the last request", async (ask, tiny) => {
  assert.match((await ask("/tickers?q=ONE")).text, /2024-02-23 52\.99 – /);
  const added = { ...tickerBars.find(({ ticker }) => ticker === "ONE")!, session: "2024-02-26", close: 53.5199 };
  tickerBars.push(added);
  try {
    await materialize(tiny, "daily_bars");
    assert.match((await ask("/tickers?q=ONE")).text, /2024-02-26 53\.52 \+1\.00 % /);
  } finally {
    tickerBars.splice(tickerBars.indexOf(added), 1);
  }
}, { engine: "materialized" });

// ---- one ticker -----------------------------------------------------------------------------------------------------

tickerTest(
  "GET /tickers/:ticker shows its bars and indicators, what is undefined as nothing",
  async (ask, tiny) => {
    const page = await ask("/tickers/KO");
    assert.equal(page.status, 200);
    const [made] = await tiny.engine.materializations("daily_bars", { limit: 1 });
    assert.ok(
      page.text.includes(
        `300 sessions from 2023-01-02 to 2024-02-23. From materialization ${made!.id} of daily_bars by run 1`,
      ),
    );
    assert.match(page.text, /Close, USD 59\.90 Change \+0\.17 % Volume 1,299 One-year return \+77\.2 %/);
    const { sessions, panes } = chartOf(page);
    assert.deepEqual(sessions, tickerSessions);
    assert.deepEqual(panes.map(({ part }: { part?: string }) => part), [undefined, "volume", "rsi", "macd"]);
    const [price, , rsi] = panes;
    assert.equal(price.candles.close[299], closeOfKo(299));
    const [average] = price.lines;
    assert.equal(average.name, "SMA 30");
    assert.deepEqual([average.values[28], average.values[29]], [null, 31.45], "undefined until there are 30 closes");
    assert.deepEqual([rsi.lines[0].values[28], rsi.lines[0].values[29]], [null, 100]);
    assert.doesNotMatch(page.text, /indicators are those of earlier bars/);
  },
);

tickerTest("GET /tickers/:ticker shows prices as traded on request", async (ask) => {
  const adjusted = chartOf(await ask("/tickers/KO"));
  const page = await ask("/tickers/KO?prices=traded");
  const traded = chartOf(page);
  for (const t of [0, splitAt - 1, splitAt, 299]) {
    const factor = t < splitAt ? 2 : 1;
    const close = (chart: typeof traded) => chart.panes[0].candles.close[t];
    assert.equal(close(traded), close(adjusted) * factor, `session ${t}`);
    assert.ok(Math.abs(traded.panes[1].lines[0].values[t] - adjusted.panes[1].lines[0].values[t] / factor) < 0.5);
  }
  assert.deepEqual(traded.panes[2], adjusted.panes[2], "a relative strength has no unit");
  assert.match(page.html, /<a [^>]*aria-current="true"[^>]*>\s*as traded/);
  assert.match(page.html, /\/v1\/assets\/raw_daily_bars\/rows\?ticker=KO/);
  assert.doesNotMatch((await ask("/tickers/PEP")).text, /as traded/, "what was never split is the same either way");
});

tickerTest("GET /tickers/:ticker marks splits, dividends and news where they fall, and lists them", async (ask) => {
  const page = await ask("/tickers/KO");
  const { markers } = chartOf(page).panes[0];
  assert.deepEqual(
    markers.map(({ session, kind, text }: { session: string; kind: string; text: string }) => [session, kind, text]),
    [
      [tickerSessions[100], "dividend", "dividend 0.46 USD"],
      [tickerSessions[splitAt], "split", "split 2:1"],
      [tickerSessions[250], "dividend", "dividend 0.2325 USD"],
      [newsMonday, "news", "2 articles"],
      ["2024-02-06", "news", "Headline late"],
      ["2024-02-08", "news", "<b>Loud</b>"],
    ],
  );
  assert.match(page.text, /1 split and 3 dividends by ex-date/);
  assert.match(page.text, /2024-03-14 dividend , after the last bar 0\.24/);
  for (const { target } of markers) assert.ok(page.html.includes(`id="${target}"`), `${target} is there`);
  assert.match(page.text, /2024-02-26, after the last bar Headline after The Wire/);
  assert.ok(page.html.includes(`<a href="#ticker-chart" data-session="${newsMonday}"`));
});

tickerTest("GET /tickers/:ticker links only by http and https, without a referrer", async (ask) => {
  for (const ticker of ["KO", "PEP"]) {
    const page = await ask(`/tickers/${ticker}`);
    for (const [link] of page.html.matchAll(/<a [^>]*href="https?:[^>]*>/g)) {
      if (link.includes("tradingview.com")) continue;
      assert.match(link, /rel="noopener noreferrer nofollow"/);
    }
  }
  const { html, text } = await ask("/tickers/KO");
  assert.ok(html.includes('<a href="https://wire.example/late"'));
  assert.ok(html.includes('<a href="https://drinks.example/"'));
  assert.ok(text.includes("<b>Loud</b>"), "the headline is there without a link");
});

tickerTest("GET /tickers/:ticker shows the pairs and the cluster of the newest session", async (ask) => {
  const ko = await ask("/tickers/KO");
  assert.match(ko.text, new RegExp(`As of ${tickerSessions[295]} in cluster 4 , with LATE , PEP \\.`));
  assert.match(ko.text, /2 pairs tested as of .*: 1 accepted, 1 chosen to be traded\./);
  assert.match(
    ko.text,
    /KO \/ PEP ● yes rank 1 0\.004 6\.5 – KO \/ LATE ○ no – 0\.400 6\.5 p-value 0\.4 is not below/,
  );
  assert.doesNotMatch(ko.html, /\/pairs\/KO\/OLD/, "what was tested before is over");
  const late = await ask("/tickers/LATE");
  assert.match(late.html, /href="\/pairs\/KO\/LATE"/);
  assert.match(late.text, /LATE \/ PEP ○ no – 0\.400 never/);
  assert.match((await ask("/tickers/BRK.B")).text, /BRK\.B is in no cluster/);
});

tickerTest("GET /tickers/:ticker describes it, in the words of its sources", async (ask) => {
  const { text } = await ask("/tickers/KO");
  assert.match(
    text,
    /Sells drinks\. Name Coca-Cola Co Type CS Exchange XNYS Currency usd Sector Beverages SIC code 2080/,
  );
  assert.match(
    text,
    /Composite FIGI BBG000BMX289 Share class FIGI BBG001S5XXX1 CIK 0000021344 Market value 260,000 million usd/,
  );
  assert.match(
    text,
    /2023-01-30 , bar 2 differs from the first usable bar of the session 32\.00 33\.00 31\.00 32\.00 – /,
  );
  assert.match((await ask("/tickers/STRANGER")).text, /No source lists STRANGER: only bars of it were received\./);
});

tickerTest("GET /tickers/:ticker of one that is delisted, late, new or without bars says so", async (ask) => {
  assert.match((await ask("/tickers/OLD")).text, /OLD Old Mills Co ⊘ delisted on 2023-06-19 120 sessions/);
  assert.match((await ask("/tickers/LATE")).text, /◐ no bar since 2024-02-09, others have 2024-02-23 290 sessions/);
  const one = await ask("/tickers/ONE");
  assert.match(one.text, /1 session from 2024-02-23 to 2024-02-23/);
  assert.equal(chartOf(one).sessions.length, 1);
  assert.deepEqual(chartOf(one).panes.map(({ part }: { part?: string }) => part), [undefined, "volume", "macd"]);
  const none = await ask("/tickers/NONE");
  assert.equal(none.status, 200);
  assert.match(none.text, /No bar of NONE is usable: see why/);
  assert.match(none.text, /low is above high 10\.00 9\.00 11\.00 10\.00 5/);
  assert.match((await ask("/tickers/T07")).text, /T07 is listed, and no bar of it was received\./);
  const closes = chartOf(await ask("/tickers/BRK.B")).panes;
  assert.equal(closes[0].candles, undefined);
  const { name, colour } = closes[0].lines[0];
  assert.deepEqual([name, colour], ["Close", "first"], "the closes are the main line");
});

tickerTest("GET /tickers/:ticker says that indicators are of earlier bars", async (ask, tiny) => {
  const added = { ...tickerBars.find(({ ticker }) => ticker === "ONE")!, session: "2024-02-26" };
  tickerBars.push(added);
  try {
    await materialize(tiny, "daily_bars");
    assert.match(
      (await ask("/tickers/KO")).text,
      /The indicators are those of earlier bars: indicators has not been made/,
    );
    await materialize(tiny, "indicators");
    assert.doesNotMatch((await ask("/tickers/KO")).text, /earlier bars/);
  } finally {
    tickerBars.splice(tickerBars.indexOf(added), 1);
  }
}, { engine: "materialized" });

tickerTest(
  "GET /tickers/:ticker knows one written in another case, and what is near to an unknown one",
  async (ask) => {
    const lower = await ask("/tickers/brk.b?range=5y");
    assert.deepEqual([lower.status, lower.headers.get("location")], [302, "/tickers/BRK.B?range=5y"]);
    assert.equal((await ask("/tickers/AMPB")).headers.get("location"), "/tickers/AMpB");
    const unknown = await ask("/tickers/PEPS");
    assert.equal(unknown.status, 404);
    assert.match(
      unknown.text,
      /There is no ticker PEPS Similar symbols: PEP PepsiCo Inc Find PEPS among names , all tickers/,
    );
    const strange = await ask(`/tickers/${encodeURIComponent("<i>/..")}`);
    assert.equal(strange.status, 404);
    assert.ok(!strange.html.includes("<i>"));
  },
);

tickerTest("GET /tickers/:ticker keeps the chart settings of its address", async (ask) => {
  const page = await ask("/tickers/KO?range=5y&hide=rsi,macd,nonsense");
  assert.match(page.html, /value="5y"[^>]* checked/);
  assert.match(page.html, /data-panes="2"/);
  assert.doesNotMatch(page.html, /value="rsi" checked/);
  assert.match(page.html, /value="sma" checked/);
  assert.match((await ask("/tickers/KO?range=100y")).html, /value="1y"[^>]* checked/);
});

tickerTest("GET /tickers and a ticker give the next step while nothing is materialized", async (ask) => {
  const list = await ask("/tickers");
  assert.deepEqual([list.status, /There are no tickers yet: .* To the assets/.test(list.text)], [200, true]);
  assert.equal((await ask("/tickers?format=csv")).html.trim().split("\n").length, 1);
  const one = await ask("/tickers/KO");
  assert.deepEqual([one.status, /There are no tickers yet: this page fills/.test(one.text)], [200, true]);
}, { engine: "empty" });

tickerTest(
  "GET /tickers and a ticker answer with the strict policy, run nothing inline and lead nowhere that is not there",
  async (ask) => {
    const policy = (await ask("/")).headers.get("content-security-policy");
    for (const path of ["/tickers?q=k", "/tickers/KO?prices=traded", "/tickers/NOPE"]) {
      const page = await ask(path);
      assert.equal(page.headers.get("content-security-policy"), policy, path);
      assert.doesNotMatch(page.html, /<style|\sstyle=|\son[a-z]+=/);
      for (const [, attributes] of page.html.matchAll(/<script([^>]*)>/g)) {
        assert.match(attributes!, /src="\/static\/|type="application\/json"/);
      }
      const targets = new Set(
        [...page.html.matchAll(/href="(\/[^"#]*)/g)].map((match) => match[1]!.replaceAll("&amp;", "&")),
      );
      for (const target of targets) {
        // raw_daily_bars is not among these assets, nor are there other pages' pairs.
        if (/^\/v1\/assets\/raw_daily_bars\//.test(target)) continue;
        assert.equal((await ask(target)).status, 200, `${path} leads to ${target}`);
      }
    }
  },
);
