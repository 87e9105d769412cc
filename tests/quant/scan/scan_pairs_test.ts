import assert from "node:assert/strict";
import fc from "fast-check";
import { adfuller, halfLife, hurstExponent, linearRegression, meanCrossings } from "../../../quant/mod.ts";
import type { PairScan, PairStatistics } from "../../../quant/scan/pair_scan.ts";
import { scanPairs } from "../../../quant/scan/scan_pairs.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import fixture from "./fixtures/scan_pairs.json" with { type: "json" };
import { generatedPair, PLAIN_RECIPE } from "./generated_pair.ts";

const CRITERIA = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };
const IMPLEMENTATIONS = ["typescript", "wasm"] as const;

/** Series of which neighbours are cointegrated: walks with every second one a multiple of the last. */
function market(tickers: number, sessions: number, seed = 7): Map<string, Float64Array> {
  const prices = new Map<string, Float64Array>();
  for (let i = 0; prices.size < tickers; i++) {
    const { x, y } = generatedPair({ ...PLAIN_RECIPE, sessions, seed: seed + i, beta: 0.5 + i / 10 });
    prices.set(`T${2 * i}`, x);
    if (prices.size < tickers) prices.set(`T${2 * i + 1}`, y);
  }
  return prices;
}

/** Two hard pairs beside an easy one: a near-duplicate and a smooth spread, which take the careful way. */
function hardMarket(): Map<string, Float64Array> {
  const duplicate = generatedPair({ ...PLAIN_RECIPE, seed: 40, beta: 1, alpha: 0, noise: 1e-6 });
  const smooth = generatedPair({ ...PLAIN_RECIPE, seed: 41, phi1: 1.995, phi2: -0.99501, noise: 0.01 });
  return new Map([...market(5, 250), ["D1", duplicate.x], ["D2", duplicate.y], ["S1", smooth.x], ["S2", smooth.y]]);
}

async function scanOne(
  x: Float64Array,
  y: Float64Array,
  implementation: "wasm" | "typescript",
): Promise<PairStatistics> {
  const scan = await scanPairs(new Map([["X", x], ["Y", y]]), { criteria: CRITERIA, implementation });
  return scan.at(0);
}

function assertNear(actual: number | null, expected: number, tolerance: number, what: string) {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

/** Every column as bytes, so that −0, NaN and the last bit count. */
function bytesOf(scan: PairScan): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(scan.columns).map(([name, column]) => [
      name,
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength).slice(),
    ]),
  );
}

for (const implementation of IMPLEMENTATIONS) {
  for (const { recipe, xSum, ySum, expected } of fixture.cases) {
    Deno.test(`scanPairs() in ${implementation} equals 60-digit arithmetic: ${recipe.name}`, async () => {
      const { x, y } = generatedPair(recipe);
      assert.equal(x.reduce((sum, price) => sum + price, 0), xSum, "the recipe makes another x here than in Python");
      assert.equal(y.reduce((sum, price) => sum + price, 0), ySum, "the recipe makes another y here than in Python");
      const actual = await scanOne(x, y, implementation);
      const price = Math.max(...x.map(Math.abs), ...y.map(Math.abs));
      assertNear(actual.slope, expected.slope, 1e-12 * Math.abs(expected.slope), "slope");
      assertNear(actual.intercept, expected.intercept, 1e-12 * price, "intercept");
      assert.equal(actual.usedLag, expected.usedLag);
      assertNear(actual.adfStatistic, expected.adfStatistic, 1e-9, "statistic");
      assertNear(actual.adfPValue, expected.adfPValue, 1e-9, "p-value");
      assertNear(actual.hurst, expected.hurst, 1e-9 * Math.abs(expected.hurst), "Hurst exponent");
      assertNear(actual.halfLife, expected.halfLife, 1e-9 * Math.abs(expected.halfLife), "half-life");
      assert.equal(actual.meanCrossings, expected.meanCrossings);
    });
  }

  Deno.test(`scanPairs() in ${implementation} agrees with the kernels on each spread`, async () => {
    const prices = market(14, 400);
    const scan = await scanPairs(prices, { criteria: CRITERIA, implementation });
    assert.equal(scan.length, 91);
    for (const pair of scan) {
      const x = prices.get(pair.ticker_1)!;
      const y = prices.get(pair.ticker_2)!;
      const line = linearRegression(x, y);
      const spread = y.map((price, t) => price - (line.slope * x[t]! + line.intercept));
      const test = adfuller(spread);
      assertNear(pair.slope, line.slope, 1e-12 * Math.abs(line.slope), "slope");
      assertNear(pair.intercept, line.intercept, 1e-10, "intercept");
      assert.equal(pair.usedLag, test.usedLag);
      assertNear(pair.adfStatistic, test.statistic, 1e-9, "statistic");
      assertNear(pair.adfPValue, test.pValue, 1e-9, "p-value");
      assertNear(pair.hurst, hurstExponent(spread), 1e-9, "Hurst exponent");
      const life = halfLife(spread, { convention: "reference" });
      assertNear(pair.halfLife, life, 1e-9 * Math.abs(life), "half-life");
      assert.equal(pair.meanCrossings, meanCrossings(spread));
    }
  });

  Deno.test(`scanPairs() in ${implementation} gives constant legs no statistics and says which leg`, async () => {
    const { x, y } = generatedPair(PLAIN_RECIPE);
    const flat = new Float64Array(x.length).fill(42.1);
    const scan = await scanPairs(new Map([["X", x], ["FLAT", flat], ["Y", y], ["FLAT2", flat]]), {
      criteria: { maxPValue: Infinity, maxHurst: Infinity, maxHalfLife: Infinity, minCrossings: -Infinity },
      implementation,
    });
    const byName = new Map([...scan].map((pair) => [`${pair.ticker_1}/${pair.ticker_2}`, pair]));
    assert.deepEqual(byName.get("X/FLAT"), {
      ticker_1: "X",
      ticker_2: "FLAT",
      slope: null,
      intercept: null,
      adfStatistic: null,
      adfPValue: null,
      usedLag: null,
      hurst: null,
      halfLife: null,
      meanCrossings: null,
      engleGrangerPValue: null,
      engleGrangerPValueReversed: null,
      accepted: false,
      failedCriteria: [{ criterion: "legs", reason: "FLAT is constant: there is no spread." }],
    });
    assert.match(byName.get("FLAT/Y")!.failedCriteria[0]!.reason, /^FLAT is constant/);
    assert.match(byName.get("FLAT/FLAT2")!.failedCriteria[0]!.reason, /^FLAT and FLAT2 is constant/);
    assert.equal(byName.get("X/Y")!.accepted, true);
  });

  Deno.test(`scanPairs() in ${implementation} gives collinear legs their line and no spread`, async () => {
    const { x } = generatedPair(PLAIN_RECIPE);
    for (const [slope, intercept] of [[2, 3], [-0.1, 1e6], [1e-6, 0], [1, 0]] as const) {
      const pair = await scanOne(x, x.map((price) => slope * price + intercept), implementation);
      assertNear(pair.slope, slope, 1e-6 * Math.abs(slope), "slope");
      assertNear(pair.intercept, intercept, 1e-6 * Math.max(1, intercept), "intercept");
      assert.equal(pair.adfPValue, null);
      assert.equal(pair.hurst, null);
      assert.equal(pair.accepted, false);
      assert.deepEqual(pair.failedCriteria, [{
        criterion: "legs",
        reason: "X and Y are collinear: there is no spread.",
      }]);
    }
  });

  Deno.test(`scanPairs() in ${implementation} gives a spread without a unit-root regression no p-value`, async () => {
    // Both legs alternate between two prices, out of phase by one in four: the spread is an exact cycle that its lags fit perfectly.
    const x = Float64Array.from({ length: 200 }, (_, t) => 100 + [0, 1, 0, -1][t % 4]!);
    const y = Float64Array.from({ length: 200 }, (_, t) => 100 + [1, 0, -1, 0][t % 4]!);
    const pair = await scanOne(x, y, implementation);
    assert.equal(pair.adfStatistic, null);
    assert.equal(pair.adfPValue, null);
    assert.equal(pair.usedLag, null);
    assert.equal(pair.accepted, false);
    assert.ok(
      pair.failedCriteria.some(({ criterion, reason }) => criterion === "adfPValue" && /singular/.test(reason)),
    );
  });

  Deno.test(`scanPairs() in ${implementation} gives a spread that moves twice no Hurst exponent where windows are flat`, async () => {
    const x = Float64Array.from({ length: 120 }, (_, t) => t < 60 ? 1 : 2);
    const y = Float64Array.from({ length: 120 }, (_, t) => t < 30 ? 1 : 2);
    const pair = await scanOne(x, y, implementation);
    for (const value of [pair.hurst, pair.halfLife, pair.adfStatistic, pair.adfPValue]) {
      assert.ok(value === null || Number.isFinite(value));
    }
    assert.equal(pair.hurst, null);
    assert.ok(pair.failedCriteria.some(({ criterion, reason }) => criterion === "hurst" && /no Hurst/.test(reason)));
  });

  Deno.test(`scanPairs() in ${implementation} does not change a bit with the number of workers`, async () => {
    const prices = market(160, 1000);
    const alone = bytesOf(await scanPairs(prices, { criteria: CRITERIA, implementation, workers: 1 }));
    for (const workers of [2, 3]) {
      const scan = await scanPairs(prices, { criteria: CRITERIA, implementation, workers });
      assert.equal(scan.workers, workers);
      assert.deepEqual(bytesOf(scan), alone);
    }
  });
}

/** Prices as exchanges and vendors leave them: in cents, stale, stepping, interpolated, with a bad tick, in whole numbers. */
function roughMarket(sessions: number, seed: number): Map<string, Float64Array> {
  const random = pseudoRandom(seed);
  const prices = new Map<string, Float64Array>();
  for (const kind of ["cents", "stale", "step", "interpolated", "bad tick", "whole", "line", "cycle"]) {
    let price = 20 + 100 * random();
    let drift = 0;
    const at = Math.floor(random() * sessions);
    prices.set(
      kind,
      Float64Array.from({ length: sessions }, (_, t) => {
        const shock = random() - 0.5;
        if (kind === "stale") price += random() < 0.1 ? shock : 0;
        else if (kind === "step") price += t === at ? 1 : 0;
        else if (kind === "line") price += 0.01;
        else if (kind === "interpolated") price += drift = t % 21 === 0 ? shock / 10 : drift;
        else if (kind !== "cycle") price += shock;
        if (kind === "cents") return Math.round(100 * price) / 100;
        if (kind === "whole") return Math.round(price);
        if (kind === "cycle") return price + [0, 1, 0, -1][t % 4]!;
        return kind === "bad tick" && t === at ? 100 * price : price;
      }),
    );
  }
  return prices;
}

Deno.test("scanPairs() gives no NaN and no infinity on rough prices, and a reason for each null", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const options = { criteria: CRITERIA, engleGranger: true };
    for (const pair of await scanPairs(roughMarket(100 + 37 * seed, seed), options)) {
      for (const [name, value] of Object.entries(pair)) {
        if (typeof value === "number") {
          assert.ok(Number.isFinite(value), `${name} of ${pair.ticker_1}/${pair.ticker_2}`);
        }
        // No criterion asks for the Engle–Granger test.
        if (value === null && !name.startsWith("engleGranger")) {
          assert.ok(pair.failedCriteria.length > 0 && !pair.accepted);
        }
      }
    }
  }
});

Deno.test("scanPairs() gives the same bits in WebAssembly as in TypeScript", async () => {
  const rough = Array.from({ length: 10 }, (_, i) => roughMarket(100 + 37 * i, 20 + i));
  for (const prices of [market(30, 250), market(8, 101), market(8, 1082), market(6, 1700), hardMarket(), ...rough]) {
    const [typescript, wasm] = await Promise.all(
      IMPLEMENTATIONS.map(async (implementation) => {
        const scan = await scanPairs(prices, { criteria: CRITERIA, implementation });
        assert.equal(scan.implementation, implementation);
        return bytesOf(scan);
      }),
    );
    assert.deepEqual(wasm, typescript);
  }
});

Deno.test("scanPairs() gives a pair the same bits in whatever company, order and lane", async () => {
  const prices = hardMarket();
  const tickers = [...prices.keys()];
  const alone = new Map<string, PairStatistics>();
  for (const first of tickers) {
    for (const second of tickers) {
      const scan = await scanPairs(prices, { pairs: [[first, second]], criteria: CRITERIA });
      alone.set(`${first}/${second}`, scan.at(0));
    }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...tickers), fc.constantFrom(...tickers)), { minLength: 1, maxLength: 40 }),
      async (pairs) => {
        const scan = await scanPairs(prices, { pairs, criteria: CRITERIA });
        assert.deepEqual([...scan], pairs.map(([first, second]) => alone.get(`${first}/${second}`)));
      },
    ),
    { numRuns: 50, seed: 3 },
  );
});

Deno.test("scanPairs() leaves p-value, exponent, half-life and crossings alone when a leg is shifted or scaled", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(10_000),
        shift: fc.double({ min: -1000, max: 1000, noNaN: true }),
        scale: fc.double({ min: 0.001, max: 1000, noNaN: true }),
        leg: fc.constantFrom("x", "y"),
      }),
      async ({ seed, shift, scale, leg }) => {
        const { x, y } = generatedPair({ ...PLAIN_RECIPE, seed });
        const change = (price: number) => scale * (price + shift);
        const before = await scanOne(x, y, "wasm");
        const after = await scanOne(leg === "x" ? x.map(change) : x, leg === "y" ? y.map(change) : y, "wasm");
        assert.equal(after.usedLag, before.usedLag);
        assertNear(after.adfPValue, before.adfPValue!, 1e-9, "p-value");
        assertNear(after.hurst, before.hurst!, 1e-9, "Hurst exponent");
        assertNear(after.halfLife, before.halfLife!, 1e-8 * Math.abs(before.halfLife!), "half-life");
        assert.equal(after.meanCrossings, before.meanCrossings);
      },
    ),
    { numRuns: 60, seed: 11 },
  );
});

Deno.test("scanPairs() scans every pair once, first before second in the order of the map", async () => {
  const prices = new Map([...market(4, 100)].reverse());
  const scan = await scanPairs(prices, { criteria: CRITERIA });
  assert.deepEqual([...scan].map((pair) => pair.ticker_1 + pair.ticker_2), [
    "T3T2",
    "T3T1",
    "T3T0",
    "T2T1",
    "T2T0",
    "T1T0",
  ]);
});

Deno.test("scanPairs() answers listed pairs in their order, repeated ones too, and looks at no other series", async () => {
  const prices = market(4, 100);
  prices.set("UNUSED", Float64Array.of(NaN));
  const scan = await scanPairs(prices, { pairs: [["T3", "T0"], ["T0", "T3"], ["T3", "T0"]], criteria: CRITERIA });
  assert.deepEqual([...scan].map((pair) => pair.ticker_1 + pair.ticker_2), ["T3T0", "T0T3", "T3T0"]);
  assert.deepEqual(scan.at(2), scan.at(0));
  assert.notEqual(scan.at(1).slope, scan.at(0).slope);
});

Deno.test("PairScan.at() refuses positions that hold no pair", async () => {
  const scan = await scanPairs(market(2, 100), { criteria: CRITERIA });
  for (const position of [-1, 1, 0.5, NaN]) assert.throws(() => scan.at(position), RangeError);
});

Deno.test("scanPairs() of no pairs is an empty scan", async () => {
  assert.equal((await scanPairs(new Map(), { criteria: CRITERIA })).length, 0);
  assert.equal((await scanPairs(market(1, 100), { criteria: CRITERIA })).length, 0);
  assert.deepEqual((await scanPairs(market(2, 100), { pairs: [], criteria: CRITERIA })).accepted, []);
});

Deno.test("scanPairs() accepts exactly the pairs that meet every bound, and names each bound that is missed", async () => {
  const prices = market(20, 300);
  const scan = await scanPairs(prices, { criteria: CRITERIA });
  let accepted = 0;
  for (const pair of scan) {
    const failed = [
      ...(pair.adfPValue! < CRITERIA.maxPValue ? [] : ["adfPValue"]),
      ...(pair.hurst! < CRITERIA.maxHurst ? [] : ["hurst"]),
      ...(pair.halfLife! > 0 && pair.halfLife! < CRITERIA.maxHalfLife ? [] : ["halfLife"]),
      ...(pair.meanCrossings! > CRITERIA.minCrossings ? [] : ["meanCrossings"]),
    ];
    assert.deepEqual(pair.failedCriteria.map(({ criterion }) => criterion), failed);
    assert.equal(pair.accepted, failed.length === 0);
    if (pair.accepted) accepted++;
  }
  assert.ok(accepted > 5 && accepted < scan.length, `${accepted} of ${scan.length} accepted`);
  assert.equal(scan.accepted.length, accepted);
  assert.equal(scan.tested, 190);
});

Deno.test("scanPairs() holds bounds to be strict", async () => {
  const prices = market(2, 300);
  const measured = (await scanPairs(prices, { criteria: CRITERIA })).at(0);
  const exact = {
    maxPValue: measured.adfPValue!,
    maxHurst: measured.hurst!,
    maxHalfLife: measured.halfLife!,
    minCrossings: measured.meanCrossings!,
  };
  const { failedCriteria } = (await scanPairs(prices, { criteria: exact })).at(0);
  assert.deepEqual(failedCriteria.map(({ criterion }) => criterion), [
    "adfPValue",
    "hurst",
    "halfLife",
    "meanCrossings",
  ]);
});

Deno.test("scanPairs() does not take a spread that runs away for one with a short half-life", async () => {
  const { x, y } = generatedPair({ ...PLAIN_RECIPE, phi1: 1.02, noise: 0.01 });
  const pair = await scanOne(x, y, "wasm");
  assert.ok(pair.halfLife! < 0);
  assert.match(pair.failedCriteria.find(({ criterion }) => criterion === "halfLife")!.reason, /does not revert/);
});

Deno.test("scanPairs() refuses prices that cannot be scanned and names the ticker", async () => {
  const good = generatedPair(PLAIN_RECIPE).x;
  const spoiled = (value: number) => good.map((price, t) => t === 17 ? value : price);
  const refusals: [Float64Array, RegExp][] = [
    [spoiled(NaN), /BAD hold NaN at session 17/],
    [spoiled(Infinity), /BAD hold Infinity at session 17/],
    [spoiled(-Infinity), /BAD hold -Infinity at session 17/],
    [good.slice(1), /BAD have 249 sessions, those of GOOD 250/],
    [new Float64Array(0), /BAD have 0 sessions/],
    [good.map((price) => price * 1e150), /BAD are too large/],
    [good.map((price) => price * 1e-150), /BAD are too large or too close together/],
  ];
  for (const [series, message] of refusals) {
    await assert.rejects(scanPairs(new Map([["GOOD", good], ["BAD", series]]), { criteria: CRITERIA }), (error) => {
      assert.ok(error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  }
  const short = good.slice(0, 99);
  await assert.rejects(
    scanPairs(new Map([["A", short], ["B", short]]), { criteria: CRITERIA }),
    /A have 99 sessions; a scan needs at least 100/,
  );
});

Deno.test("scanPairs() refuses unknown tickers, criteria that are no numbers and impossible numbers of workers", async () => {
  const prices = market(2, 100);
  const refuse = (options: Parameters<typeof scanPairs>[1], message: RegExp) =>
    assert.rejects(scanPairs(prices, options), (error) => error instanceof RangeError && message.test(error.message));
  await refuse({ pairs: [["T0", "GONE"]], criteria: CRITERIA }, /names GONE/);
  await refuse({ criteria: { ...CRITERIA, maxHurst: NaN } }, /maxHurst must be a number/);
  await refuse({ criteria: {} as typeof CRITERIA }, /maxPValue must be a number/);
  for (const workers of [0, -1, 1.5, NaN]) await refuse({ criteria: CRITERIA, workers }, /whole number of workers/);
});

Deno.test("scanPairs() starts no worker where the calling thread alone is sooner done", async () => {
  const small = await scanPairs(market(50, 250), { criteria: CRITERIA, workers: 8 });
  assert.equal(small.length, 1225);
  assert.equal(small.workers, 0);
  const alone = await scanPairs(market(160, 1000), { criteria: CRITERIA, workers: 1 });
  assert.equal(alone.workers, 0, "one worker only adds its start");
});

Deno.test("scanPairs() reports its progress a sensible number of times, rising to all pairs", async () => {
  const told: number[] = [];
  const scan = await scanPairs(market(120, 1000), {
    criteria: CRITERIA,
    workers: 2,
    onProgress(done, total) {
      assert.equal(total, 7140);
      told.push(done);
    },
  });
  assert.equal(scan.workers, 2);
  assert.ok(told.length >= 10 && told.length <= 101, `${told.length} calls`);
  assert.ok(told.every((done, i) => i === 0 || done > told[i - 1]!));
  assert.equal(told.at(-1), 7140);
});

for (
  const [where, prices] of [["on the calling thread", market(60, 100)], ["on workers", market(120, 1000)]] as const
) {
  Deno.test(`scanPairs() rejects with what its progress callback throws, ${where}`, async () => {
    const failure = new Error("the listener failed");
    await assert.rejects(
      scanPairs(prices, {
        criteria: CRITERIA,
        workers: 2,
        onProgress() {
          throw failure;
        },
      }),
      failure,
    );
  });
}

Deno.test("scanPairs() does not start when it is cancelled already", async () => {
  const reason = new Error("not wanted");
  await assert.rejects(scanPairs(market(2, 100), { criteria: CRITERIA, signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("scanPairs() stops at once when it is cancelled, with the signal's reason", async () => {
  const random = pseudoRandom(5);
  const prices = new Map<string, Float64Array>();
  for (let i = 0; i < 600; i++) prices.set(`R${i}`, Float64Array.from({ length: 500 }, () => 100 + random()));
  const controller = new AbortController();
  const reason = new Error("enough");
  let calls = 0;
  let doneAtAbort = 0;
  await assert.rejects(
    scanPairs(prices, {
      criteria: CRITERIA,
      workers: 2,
      signal: controller.signal,
      onProgress(done) {
        calls++;
        doneAtAbort = done;
        controller.abort(reason);
      },
    }),
    reason,
  );
  assert.equal(calls, 1, "nothing is told after the cancellation");
  assert.ok(doneAtAbort < 600 * 599 / 2 / 10);
});

Deno.test("scanPairs() runs in the calling thread where no worker can be started, and can be cancelled there", async () => {
  // Without permission to read the worker's module there are no workers, and the scan runs here.
  const code = `
    import { scanPairs } from ${JSON.stringify(new URL("../../../quant/scan/scan_pairs.ts", import.meta.url).href)};
    const prices = new Map();
    for (let i = 0; i < 120; i++) {
      prices.set("P" + i, Float64Array.from({ length: 1000 }, (_, t) => Math.sin(t * t * (i + 1)) + Math.sin(i * t)));
    }
    const criteria = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };
    const scan = await scanPairs(prices, { criteria });
    const controller = new AbortController();
    const cancelled = await scanPairs(prices, {
      criteria,
      signal: controller.signal,
      onProgress: () => controller.abort("stop"),
    }).catch((reason) => reason);
    console.log(JSON.stringify([scan.workers, scan.length, scan.at(0).usedLag !== null, cancelled]));
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", file],
      env: { NO_COLOR: "1" },
    }).output();
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [0, 7140, true, "stop"]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("scanPairs() in a worker starts workers only for long scans, since they start slowly there", async () => {
  // 6,000 pairs, 0.3 s: enough for two workers of a process's first thread.
  const prices = market(110, 1000);
  const here = await scanPairs(prices, { criteria: CRITERIA, workers: 2, implementation: "typescript" });
  assert.equal(here.workers, 2);
  const worker = new Worker(new URL("./scan_in_worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = Promise.withResolvers<number>();
    worker.onmessage = ({ data }) => answer.resolve(data);
    worker.onerror = (event) => (event.preventDefault(), answer.reject(new Error(event.message)));
    worker.postMessage({ prices, criteria: CRITERIA });
    assert.equal(await answer.promise, 0);
  } finally {
    worker.terminate();
  }
});
