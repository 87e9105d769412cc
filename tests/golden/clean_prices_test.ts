import assert from "node:assert/strict";
import { alignCloses, cleanPrices, type PriceMatrix } from "../../quant/price_matrix.ts";
import { returnMatrix } from "../../quant/returns.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { exactSum } from "../support/exact_sum.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

interface GoldenColumn {
  first: number;
  last: number;
  fsum: number;
  ret_fsum: number;
  ret_fsumsq: number;
}

interface GoldenRule {
  n: number;
  tickers: string[];
  returns_shape: [number, number];
  columns: Record<string, GoldenColumn>;
  tail_forward_filled?: string[];
  n_filled_cells?: number;
}

const etfs = () => readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`);

function golden(rule: "research" | "service"): GoldenRule {
  return JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/clean_prices.json`))[rule];
}

function assertColumns(matrix: PriceMatrix, expected: GoldenRule) {
  assert.deepEqual(matrix.tickers, expected.tickers);
  const returns = returnMatrix(matrix);
  assert.deepEqual([returns.sessions.length, returns.tickers.length], expected.returns_shape);
  matrix.tickers.forEach((ticker, i) => {
    const column = expected.columns[ticker]!;
    const closes = matrix.closes[i]!;
    assert.equal(closes[0], column.first, ticker);
    assert.equal(closes.at(-1), column.last, ticker);
    assert.equal(exactSum(closes), column.fsum, `sum of the closes of ${ticker}`);
    const r = returns.returns[i]!;
    assert.equal(exactSum(r), column.ret_fsum, `sum of the returns of ${ticker}`);
    assert.equal(exactSum(r.map((value) => value * value)), column.ret_fsumsq, `sum of squares of ${ticker}`);
  });
}

Deno.test({
  name: `cleanPrices() equals the research rule on real ETFs, bit for bit${absent}`,
  ignore: shared === null,
  fn() {
    const { matrix, filledCells, dropped } = cleanPrices(etfs(), { rule: "research" });
    assertColumns(matrix, golden("research"));
    assert.equal(filledCells, 0);
    assert.equal(dropped.length, 482 - 214);
  },
});

Deno.test({
  name: `cleanPrices() equals the service rule on real ETFs, bit for bit${absent}`,
  ignore: shared === null,
  fn() {
    const before = etfs();
    const expected = golden("service");
    const { matrix, filledCells, repeatedTickers } = cleanPrices(before, { rule: "service" });
    assertColumns(matrix, expected);
    assert.equal(filledCells, expected.n_filled_cells);
    assert.deepEqual(repeatedTickers, expected.tail_forward_filled);

    const lines = Deno.readTextFileSync(`${shared}/reference/golden/clean_prices_filled_cells.csv`).trim().split(
      /\r?\n/,
    );
    const cells = new Map(
      lines.slice(1).map((line) => {
        const [ticker, session, row, , value] = line.split(",");
        return [`${ticker} ${session} ${row}`, Number(value)];
      }),
    );
    let compared = 0;
    matrix.tickers.forEach((ticker, i) => {
      const original = before.closes[before.tickers.indexOf(ticker)]!;
      matrix.closes[i]!.forEach((close, t) => {
        if (!Number.isNaN(original[t]!)) return assert.equal(close, original[t]);
        assert.equal(close, cells.get(`${ticker} ${matrix.sessions[t]} ${t}`), `${ticker} in row ${t}`);
        compared++;
      });
    });
    assert.equal(compared, cells.size);
  },
});

Deno.test({
  name: `cleanPrices() drops the five delisted ETFs by the tradable rule${absent}`,
  ignore: shared === null,
  fn() {
    const { matrix, dropped } = cleanPrices(etfs(), { maxFilledShare: 1 });
    const delisted = ["EYEG", "FDIV", "MAGS", "NEWTI", "TDI"];
    assert.deepEqual(matrix.tickers, golden("service").tickers.filter((ticker) => !delisted.includes(ticker)));
    const stopped = dropped.filter(({ reason }) => reason.startsWith("It stopped trading")).map(({ ticker }) => ticker);
    assert.deepEqual(stopped, delisted);
  },
});

Deno.test({
  name:
    `cleanPrices() drops by the tradable rule the ETFs without a close in more than a tenth of their sessions${absent}`,
  ignore: shared === null,
  fn() {
    const wide = etfs();
    const kept = cleanPrices(wide, { maxFilledShare: 1 }).matrix.tickers;
    const thin = kept.filter((ticker) => {
      const closes = wide.closes[wide.tickers.indexOf(ticker)]!;
      const last = closes.findLastIndex(Number.isFinite);
      return closes.subarray(0, last + 1).filter(Number.isNaN).length > 0.1 * (last + 1);
    });
    assert.ok(thin.length > 0);
    assert.deepEqual(cleanPrices(wide).matrix.tickers, kept.filter((ticker) => !thin.includes(ticker)));
  },
});

Deno.test({
  name: `alignCloses() rebuilds the wide file from its shuffled cells${absent}`,
  ignore: shared === null,
  fn() {
    const wide = etfs();
    const ticker: string[] = [];
    const session: string[] = [];
    const close: number[] = [];
    for (let t = wide.sessions.length - 1; t >= 0; t--) {
      for (let i = wide.tickers.length - 1; i >= 0; i--) {
        if (Number.isNaN(wide.closes[i]![t]!)) continue;
        ticker.push(wide.tickers[i]!);
        session.push(wide.sessions[t]!);
        close.push(wide.closes[i]![t]!);
      }
    }
    const rebuilt = alignCloses({ ticker, session, close });
    assert.deepEqual(rebuilt.sessions, wide.sessions);
    const traded = wide.tickers.map((name, i) => ({ name, closes: wide.closes[i]! }))
      .filter(({ closes }) => closes.some((value) => !Number.isNaN(value)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(rebuilt.tickers, traded.map(({ name }) => name));
    assert.deepEqual(rebuilt.closes, traded.map(({ closes }) => closes));
  },
});
