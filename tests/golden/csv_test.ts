import assert from "node:assert/strict";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { csvMarket, type DailyBars } from "../../resources/market_data/mod.ts";
import { sharedFolder } from "../support/shared_folder.ts";

const shared = sharedFolder();
const market = `${shared}/market`;
const NEEDS = shared ? "" : " (ignored: needs the shared folder, see TANDEM_SHARED)";

function test(name: string, fn: () => Promise<void>) {
  Deno.test({ name: name + NEEDS, ignore: !shared, fn });
}

function rowOf(bars: DailyBars, ticker: string, session: string) {
  const at = bars.ticker.findIndex((own, i) => own === ticker && bars.session[i] === session);
  return { close: bars.close[at], volume: bars.volume[at], dividend: bars.dividend[at], split: bars.split[at] };
}

test("csvMarket() reads the S&P 500 bars: every row, ticker and session, and AAPL's split", async () => {
  const bars = await csvMarket(`${market}/sp500_daily_2017_2021.csv.gz`).dailyBars();
  // Counts of the folder's README; values as `zgrep '^AAPL,2020-08-' sp500_daily_2017_2021.csv.gz` shows them.
  assert.equal(bars.ticker.length, 538_838);
  assert.equal(new Set(bars.ticker).size, 504);
  assert.deepEqual([...new Set(bars.session)].sort(), nyse.sessionsBetween("2017-01-03", "2021-04-21"));
  assert.equal(nyse.sessionsBetween("2017-01-03", "2021-04-21").length, 1082);
  assert.deepEqual(rowOf(bars, "AAPL", "2020-08-28"), { close: 499.23, volume: 46907479, dividend: 0, split: 1 });
  assert.deepEqual(rowOf(bars, "AAPL", "2020-08-31"), { close: 129.04, volume: 223505733, dividend: 0, split: 4 });
});

for (
  const { file, sessions, from, to, tickers } of [
    { file: "nasdaq_etf_closes_2019_2022.csv", sessions: 918, from: "2019-05-13", to: "2022-12-30", tickers: 482 },
    { file: "nasdaq_etf_closes_2023.csv", sessions: 250, from: "2023-01-03", to: "2023-12-29", tickers: 585 },
  ]
) {
  test(`csvMarket() reads the wide closes of ${file} as a plain split of its lines does`, async () => {
    const source = csvMarket(`${market}/${file}`);
    const bars = await source.dailyBars();
    assert.deepEqual([...new Set(bars.session)].sort(), nyse.sessionsBetween(from, to));
    assert.equal(nyse.sessionsBetween(from, to).length, sessions);
    assert.equal((await source.tickers()).length, tickers);

    const [header, ...lines] = (await Deno.readTextFile(`${market}/${file}`)).trimEnd().split("\n").map((line) =>
      line.split(",")
    );
    const columns = header!.map((ticker, k) => ({ ticker, k })).slice(1).sort((a, b) => a.ticker < b.ticker ? -1 : 1);
    let row = 0;
    for (const { ticker, k } of columns) {
      for (const line of lines) {
        if (line[k]!.trim() === "") continue;
        // The date part is the New York date, too: the stamps are 04:00 or 05:00 UTC.
        const expected = { ticker, session: line[0]!.slice(0, 10), close: Number(line[k]) };
        const { close, ticker: tickerColumn, session } = bars;
        if (close[row] !== expected.close || tickerColumn[row] !== ticker || session[row] !== expected.session) {
          assert.deepEqual({ ticker: tickerColumn[row], session: session[row], close: close[row] }, expected);
        }
        row++;
      }
    }
    assert.equal(row, bars.ticker.length);
  });
}
