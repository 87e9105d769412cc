import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../engine/mod.ts";
import { onOldError } from "../../routes/compat/old_errors.ts";
import { quantServiceRoutes } from "../../routes/compat/quant_service.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

/** A request to the original quant service, with its answer. */
interface Recorded {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  status: number;
  response_text: string;
  body?: unknown;
}

interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- recorded JSON of every route
  json: any;
}

const app = new Hono().onError(onOldError(silentLogger)).route(
  "/",
  quantServiceRoutes({ maxBodyBytes: 32 * 1024 * 1024 }),
);

async function send(request: Pick<Recorded, "method" | "path" | "headers" | "body">, strict: boolean): Promise<Answer> {
  const response = await app.request(`${request.path}${strict ? "?compat=strict" : ""}`, {
    method: request.method,
    headers: { ...request.headers, "Content-Type": "application/json" },
    body: JSON.stringify(request.body),
  });
  return { status: response.status, json: await response.json() };
}

/** The recorded answer as JSON: NaN and infinities, of which JSON knows nothing, are null. */
const answerOf = ({ status, response_text }: Recorded): Answer => ({
  status,
  json: JSON.parse(response_text.replaceAll(/-?\b(?:NaN|Infinity)\b/g, "null")),
});

/** Where two values differ: numbers by more than 1e-9, of themselves where they are large. */
function differences(actual: unknown, expected: unknown, path = ""): string[] {
  if (typeof actual === "number" && typeof expected === "number") {
    return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [path];
  }
  if (typeof actual === "object" && actual && typeof expected === "object" && expected) {
    const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    return [...keys].flatMap((key) =>
      differences((actual as never)[key], (expected as never)[key], path === "" ? key : `${path}.${key}`)
    );
  }
  return actual === expected ? [] : [path];
}

const closesOf = (file: string) => readWideCloses(`${shared}/market/${file}`);
const etfs = () => closesOf("nasdaq_etf_closes_2019_2022.csv");

/** A body of closes as a client of the original writes it. */
function body({ tickers, sessions, closes }: ReturnType<typeof etfs>, { only = tickers, until = sessions.length }) {
  const columns = only.map((ticker) => [ticker, closes[tickers.indexOf(ticker)]!] as const);
  return {
    data: sessions.slice(0, until).flatMap((date, t) =>
      columns.flatMap(([ticker, column]) => Number.isNaN(column[t]!) ? [] : [{ ticker, date, price: column[t]! }])
    ),
  };
}

const bonds = ["GNMA", "IGSB", "MBB", "SLQD", "SUSB", "VCSH", "VMBS"];
const abroad = ["AAXJ", "ACWX", "EEMA", "ESGE", "IXUS"];

/**
 * Requests whose bodies were too long to be recorded: made again from the same closes. Which tickers beside those of the answer
 * they had is not known and does not matter, as long as these fall into the same clusters.
 */
const remade: Record<string, () => unknown> = {
  trade_IXUS_VXUS_2023: () => body(closesOf("nasdaq_etf_closes_2023.csv"), { only: ["IXUS", "VXUS"] }),
  pairs_20tickers_918d: () =>
    body(etfs(), { only: [...abroad, ...bonds, "FNX", "FTXO", "KBWB", "QTEC", "QVAL", "SMH", "SOXX", "USVM"] }),
  pairs_20tickers_120d: () => body(etfs(), { only: bonds, until: 120 }),
  pairs_4tickers: () => body(etfs(), { only: abroad.slice(0, 4), until: 120 }),
  pairs_5tickers: () => body(etfs(), { only: abroad, until: 120 }),
  pairs_nearly_flat_series: () => {
    // Five tickers that move as one, two of them exactly, so that a spread is constant.
    const market = etfs();
    const closes = abroad.map((_, i) => market.closes[market.tickers.indexOf("AAXJ")]!.map((close) => close * 2 ** i));
    return body({ ...market, tickers: abroad, closes }, { until: 120 });
  },
};

/** The sections of docs/compatibility.md that say why `?compat=strict` does not answer as recorded, and where it differs. */
const listed: Record<string, { section: string; status: number; at: string[] }> = {
  rlrt_duplicate_dates: { section: "Bad input is answered with 400", status: 400, at: ["error"] },
  rlrt_bad_date: { section: "Bad input is answered with 400", status: 400, at: ["error"] },
  trade_first_row_missing_ticker2: { section: "Bad input is answered with 400", status: 400, at: ["error"] },
  trade_one_ticker_only: { section: "Bad input is answered with 400", status: 400, at: ["error"] },
  trade_constant_price_ticker1: { section: "Bad input is answered with 400", status: 400, at: ["error"] },
  pairs_missing_price: { section: "Errors name rows by their path", status: 400, at: ["error"] },
  pairs_nearly_flat_series: { section: "Errors name rows by their path", status: 400, at: ["error"] },
  rlrt_no_auth: { section: "Tokens are made here", status: 200, at: ["0", "error"] },
  rlrt_lowercase_bearer: { section: "Tokens are made here", status: 200, at: ["0", "error"] },
  trade_zero_price: { section: "Answers are JSON", status: 200, at: ["max_drawdown"] },
};

const recorded: Recorded[] = shared === null
  ? []
  : JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/routes.json`));

function requestOf(name: string): Recorded {
  const found = recorded.find((request) => request.name === name)!;
  return found.body === undefined ? { ...found, body: remade[name]!() } : found;
}

Deno.test({
  name: `The quant routes answer each recorded request as the original did, with compat=strict${absent}`,
  ignore: shared === null,
  async fn(t) {
    assert.equal(recorded.length, 27);
    for (const { name } of recorded) {
      const difference = listed[name];
      await t.step(`${name}${difference ? `: ${difference.section}` : ""}`, async () => {
        const request = requestOf(name);
        const expected = answerOf(request);
        const actual = await send(request, true);
        assert.equal(actual.status, difference?.status ?? expected.status);
        assert.deepEqual(differences(actual.json, expected.json), difference?.at ?? []);
        if (actual.status !== 200) assert.equal(typeof actual.json.error, "string");
      });
    }
  },
});

Deno.test({
  name: `docs/compatibility.md lists every difference of compat=strict from the recorded answers${absent}`,
  ignore: shared === null,
  fn() {
    const page = Deno.readTextFileSync(new URL("../../docs/compatibility.md", import.meta.url));
    for (const { section } of Object.values(listed)) assert.match(page, new RegExp(`^#+ ${section}$`, "m"));
  },
});

Deno.test({
  name: `The quant routes differ from the recorded answers where the original is wrong, and nowhere else${absent}`,
  ignore: shared === null,
  async fn(t) {
    /** What is right, by the recorded request that the original answers wrongly. */
    const right: Record<string, (answer: Answer, recorded: Answer) => void> = {
      rlrt_ok_25: trendsOfTheDayAfter,
      rlrt_unsorted: trendsOfTheDayAfter,
      rlrt_int_spread: trendsOfTheDayAfter,
      // The same request as rlrt_int_spread without a token.
      rlrt_no_auth: ({ json }) => assert.equal(json[0].trend, "positive"),
      rlrt_lowercase_bearer: ({ json }) => assert.equal(json[0].trend, "positive"),
      trade_zero_price({ status, json }) {
        assert.equal(status, 400);
        assert.match(json.error, /^data\.41\.price: A price above 0 is required/);
      },
      // Its walk goes below 0, where no share trades.
      trade_identical_prices({ status, json }) {
        assert.equal(status, 400);
        assert.match(json.error, /price: A price above 0 is required/);
      },
      pairs_nearly_flat_series({ status, json }) {
        // The pairs without a spread are left out; the others would be answered if there were any.
        assert.deepEqual([status, json], [200, { suggested_pairs: [] }]);
      },
    };
    for (const { name } of recorded) {
      if (!right[name] && listed[name]) continue;
      await t.step(name, async () => {
        const request = requestOf(name);
        const answer = await send(request, false);
        const before = answerOf(request);
        if (right[name]) right[name](answer, before);
        else {
          assert.equal(answer.status, before.status);
          assert.deepEqual(differences(answer.json, before.json), []);
        }
      });
    }
    for (const [name, { status }] of Object.entries(listed)) {
      if (right[name]) continue;
      await t.step(`${name} as with compat=strict`, async () => {
        const answer = await send(requestOf(name), false);
        assert.equal(answer.status, status);
        assert.equal(typeof answer.json.error, "string");
      });
    }
  },
});

/** Dates and confidences are the original's; some trends are not, for they look a day ahead. */
function trendsOfTheDayAfter(answer: Answer, recorded: Answer) {
  const without = (rows: Record<string, unknown>[]) => rows.map(({ trend: _, ...rest }) => rest);
  assert.deepEqual(differences(without(answer.json), without(recorded.json)), []);
  assert.notDeepEqual(answer.json.map(trendOf), recorded.json.map(trendOf));
  // A spread that rises by one each session has risen further a day later, whatever week-end came between.
  if (answer.json.length === 1) assert.equal(answer.json[0].trend, "positive");
}

const trendOf = ({ trend }: { trend: string }) => trend;

Deno.test({
  name: `POST /ml/pairs finds the original's 27 pairs among all ETFs${absent}`,
  ignore: shared === null,
  async fn() {
    const golden = JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/route_ml_pairs_full.json`));
    const request = { method: "POST", path: "/ml/pairs", headers: {}, body: body(etfs(), {}) };
    const strict = await send(request, true);
    assert.equal(strict.status, 200);
    assert.equal(golden.response.suggested_pairs.length, 27);
    assert.deepEqual(differences(strict.json, golden.response), []);
    const reverting = golden.response.suggested_pairs.filter((pair: { half_life: number }) => pair.half_life > 0);
    assert.deepEqual(
      differences(await send(request, false), { status: 200, json: { suggested_pairs: reverting } }),
      [],
    );
  },
});
