import assert from "node:assert/strict";
import { z } from "zod";
import { chosenPairs, cointegratedPairs } from "../../assets/mod.ts";
import { assetsWith, check, table } from "../../engine/mod.ts";
import { withAttacked } from "../support/attacked_service.ts";
import { knownTable } from "../support/known_tables.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import type { TinyWorld } from "../support/tiny_engine.ts";

/** What would run in a page, wherever it were written as it is. */
const payloads = [
  "<script>alert(1)</script>",
  "</script><script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  "<!--<script>",
  "]]><x onclick=alert(1)>",
  "javascript:alert(1)",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "{{constructor.constructor('alert(1)')()}}",
];

/** Fails where a page has an element or attribute that only a payload brings. */
function assertHarmless(html: string, what: string): void {
  for (const [tag] of html.matchAll(/<[a-z!/](?:"[^"]*"|[^">])*>/gi)) {
    const names = tag.replaceAll(/"[^"]*"/g, '""');
    assert.doesNotMatch(names, /^<script>|^<svg onload|^<x |^<!--|\son\w+=|src=x/i, `${what}: ${tag}`);
    assert.doesNotMatch(tag, /\s(?:href|src|action|formaction)="\s*(?:javascript|data|vbscript):/i, `${what}: ${tag}`);
  }
  // Data inside of a script element are read by its own end alone.
  for (const [, data] of html.matchAll(/<script type="application\/json">(.*?)<\/script>/gs)) JSON.parse(data!);
  const opened = html.match(/<script[\s>]/g)?.length ?? 0;
  assert.equal(html.match(/<\/script>/g)?.length ?? 0, opened, what);
}

Deno.test("a page that writes a payload as it is would be found", () => {
  for (const payload of payloads.slice(0, 6)) {
    assert.throws(() => assertHarmless(`<p title="">${payload}</p>`, "text"), assert.AssertionError, payload);
  }
  assert.throws(() => assertHarmless(`<a href="${payloads[6]}">x</a>`, "link"));
  assert.throws(() => assertHarmless(`<script type="application/json">"${payloads[1]}"</script>`, "data"));
});

const { asset } = assetsWith<TinyWorld>();
const all = payloads.join(" ");

/** Says the payloads wherever an asset can say anything. */
const loud = asset({
  key: "loud",
  group: "sources",
  layer: "raw",
  description: all,
  row: z.object({ name: z.string().describe(all), value: z.number().nullable() }),
  primaryKey: ["name"],
  checks: [
    check(
      "loud_check",
      all,
      () => ({ passed: false, message: all, failingRows: payloads.map((name) => ({ name, [all]: 1 })) }),
      {
        severity: "warn",
      },
    ),
  ],
  async materialize({ resources, signal }) {
    await resources.before("loud", signal);
    return {
      rows: payloads.map((name, i) => ({ name, value: i })),
      metadata: { said: all, sample: table(["name", all], payloads.map((name) => [name, name])) },
    };
  },
});

Deno.test("texts of assets, rows, checks and errors are escaped in every page", async () => {
  await withAttacked(async ({ ask, engine, world, livesOn }) => {
    const pages = ["/", "/assets/loud", "/backfills", "/pairs"];
    let seen = 0;
    const look = async () => {
      for (const path of pages) {
        const { text } = await ask(path);
        assertHarmless(text, path);
        if (text.includes("&lt;script&gt;alert(1)")) seen++;
      }
    };
    await look();
    world.before = () => {
      throw new Error(all);
    };
    const { id } = await engine.submit({ selection: "loud", force: true, trigger: "http" });
    assert.equal((await engine.finished(id)).status, "failed");
    await look();
    assert.ok(seen >= 3, `${seen}`);
    await livesOn();
  }, { engine: { assets: [loud] } });
});

Deno.test("names of tickers are text in every page, link and chart", async () => {
  const [chosen, tested] = await Promise.all(["chosen_pairs", "cointegrated_pairs"].map(firstRow));
  const of = (first: Record<string, unknown>) =>
    payloads.map((ticker_1, i) => ({
      ...first,
      ticker_1,
      ticker_2: `zz${i}`,
      ...("rank" in first && { rank: i + 1 }),
    }));
  const assets = pairPageAssets.map((each) =>
    each.key === "chosen_pairs"
      ? knownTable(chosenPairs, of(chosen!) as never[])
      : each.key === "cointegrated_pairs"
      ? knownTable(cointegratedPairs, of(tested!) as never[])
      : each
  );
  await withAttacked(async ({ ask }) => {
    for (const path of ["/", "/pairs"]) {
      const { status, text } = await ask(path);
      assert.equal(status, 200, path);
      assertHarmless(text, path);
      assert.match(text, /&lt;script&gt;alert\(1\)/, path);
      // Each link leads to a page of this site, which knows the pair that it was made for.
      const links = [...text.matchAll(/href="(\/pairs\/[^"?]+)"/g)].map((found) => found[1]!);
      assert.ok(links.length >= payloads.length, path);
      for (const link of links) {
        const pair = await ask(link.replaceAll("&#39;", "'").replaceAll("&amp;", "&"));
        assert.ok([200, 302].includes(pair.status), link);
        // No browser takes a file of CSV for a page: it is told its type, and not to guess.
        if (pair.headers.get("Content-Type")?.startsWith("text/csv")) continue;
        assertHarmless(pair.text, link);
      }
    }
  }, { engine: { assets } });
});

/** A row as the pages' own tests have it. */
async function firstRow(key: string): Promise<Record<string, unknown>> {
  const known = pairPageAssets.find((each) => each.key === key) as unknown as {
    recipe: { materialize(): Promise<{ rows: Record<string, unknown>[] }> };
  };
  return (await known.recipe.materialize()).rows[0]!;
}

Deno.test("texts of an address are escaped in its page", async () => {
  await withAttacked(async ({ ask }) => {
    for (const payload of payloads) {
      const text = encodeURIComponent(payload);
      for (
        const path of [
          `/assets/${text}`,
          `/pairs?ticker=${text}`,
          `/pairs?cluster=${text}&page=${text}`,
          `/pairs?${text}=1`,
          `/pairs/${text}/b`,
          `/pairs/KO/PEP?strategy=${text}&notional=${text}&hide=${text}&prices=${text}`,
          `/strategies?strategy=${text}&cost=${text}&weighting=${text}&sort=${text}&hide=${text}`,
          `/strategies/${text}.html`,
          `/forecasts?pair=${text}+${text}&model=${text}&horizon=${text}`,
          `/pairs/a/${text}`,
          `/backfills?asset=${text}`,
          `/backfills?selection=${text}&from=${text}`,
          `/backfills/${text}`,
          `/${text}`,
          `/static/${text}`,
          `/v1/assets/${text}`,
          `/v1/runs?${text}=1`,
          `/api/ticker/${text}`,
        ]
      ) {
        const { headers, text: said } = await ask(path);
        // Data are never taken for a page, whatever they say.
        if (!headers.get("Content-Type")?.startsWith("text/html")) {
          assert.match(headers.get("Content-Type") ?? "", /json|^text\/plain/, path);
          assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
        } else assertHarmless(said, path);
      }
    }
  }, { engine: { assets: pairPageAssets } });
});

Deno.test("values are written to CSV as they are, and offered as a file that no browser shows as a page", async () => {
  const formulas = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
  ];
  const sheet = asset({
    key: "sheet",
    group: "sources",
    layer: "raw",
    description: "Names that a spreadsheet would compute.",
    row: z.object({ name: z.string(), value: z.number() }),
    primaryKey: ["name"],
    materialize: () => Promise.resolve({ rows: formulas.map((name, i) => ({ name, value: -i })) }),
  });
  await withAttacked(async ({ ask }) => {
    const { text, headers } = await ask("/v1/assets/sheet/rows?format=csv&order=-value");
    // Not changed: what reads it back must get what is stored, and a minus is a minus (docs/security.md).
    const fields = formulas.map((name, i) =>
      `${/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name},${i === 0 ? "0" : -i}\r\n`
    );
    assert.equal(text, `name,value\r\n${fields.join("")}`);
    assert.match(headers.get("Content-Type")!, /^text\/csv/);
    assert.match(headers.get("Content-Disposition")!, /^attachment/);
    assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  }, { engine: { assets: [sheet] } });
});
