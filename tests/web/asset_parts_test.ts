import assert from "node:assert/strict";
import { assetsWith, eager } from "../../engine/mod.ts";
import { pageAndApi } from "../support/page_server.ts";
import { type Tiny, tinyAssets, type TinyWorld, total, withTinyEngine } from "../support/tiny_engine.ts";
import { z } from "zod";

const { external, asset } = assetsWith<TinyWorld>();
const deliveries = external({ key: "deliveries", group: "outside", layer: "raw", description: "Files." });
const report = asset({
  key: "report",
  group: "outside",
  layer: "gold",
  description: "What became of the files.",
  deps: { total },
  after: ["deliveries"],
  automation: eager(),
  row: z.object({ of: z.string(), sum: z.number() }),
  primaryKey: ["of"],
  materialize: async ({ inputs }) => ({ rows: await inputs.total.rows() }),
});

async function read({ engine }: Tiny, path: string) {
  const response = await pageAndApi(engine).request(path);
  const html = await response.text();
  const text = html.replaceAll(/<script.*?<\/script>/gs, " ").replaceAll(/<[^>]+>/g, " ").replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
  return { status: response.status, type: response.headers.get("content-type"), html, text };
}

/** The values of the table of rows, line by line. */
function rowsOf(html: string): string[][] {
  const section = /<section id="rows".*?<\/section>/s.exec(html)![0];
  const body = /<tbody>(.*?)<\/tbody>/s.exec(section)?.[1] ?? "";
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, line]) =>
    [...line!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, value]) => value!).filter((value) =>
      !/\/receipt\?/.test(value)
    )
  );
}

Deno.test("GET /assets/:key", (t) =>
  withTinyEngine(async (tiny) => {
    const { engine, world } = tiny;
    const run = async (selection: string, more: { force?: boolean } = {}) =>
      await engine.finished((await engine.submit({ selection, trigger: "test", ...more })).id);

    await t.step("describes an asset that was never made", async () => {
      const { status, text } = await read(tiny, "/assets/report");
      assert.equal(status, 200);
      assert.match(text, /It has never been materialized: there are no rows yet\./);
      assert.match(text, /Metadata are plotted once there are two materializations\./);
      assert.match(text, /No run has included it yet\./);
      assert.match(
        text,
        /It has not been evaluated yet\. \? unknown eager\(\)/,
        "every part of the condition is unknown",
      );
    });

    await t.step("shows rows: filtered, sorted and as of an older materialization, with the way to files", async () => {
      await run("*");
      world.numbers = Array.from({ length: 120 }, (_, i) => ({ name: `n${String(i).padStart(3, "0")}`, value: i / 7 }));
      await run("*");
      const first = await read(tiny, "/assets/numbers");
      assert.equal(rowsOf(first.html).length, 50);
      assert.deepEqual(rowsOf(first.html)[1], ["n001", "0.142857"]);
      const [, next] = /<a href="([^"]*)" rel="next">/.exec(first.html)!;
      const second = await read(tiny, next!.replaceAll("&amp;", "&").replace("#rows", ""));
      assert.equal(rowsOf(second.html)[0]![0], "n050");
      assert.match(second.text, /The next 50 rows of materialization/);

      const found = await read(tiny, "/assets/numbers?where=value.gte:16&column=name&op=ne&value=n119&order=-value");
      assert.deepEqual(rowsOf(found.html).map(([name]) => name), [
        "n118",
        "n117",
        "n116",
        "n115",
        "n114",
        "n113",
        "n112",
      ]);
      assert.match(found.html, /aria-sort="descending"/);
      assert.match(
        found.html,
        /href="\/v1\/assets\/numbers\/rows\?value\.gte=16&amp;name\.ne=n119&amp;order=-value&amp;limit=10000&amp;format=csv"/,
      );
      assert.match(found.html, /aria-label="Remove the filter value at least 16"/);
      const old = await read(tiny, "/assets/numbers?as_of=1");
      assert.deepEqual(rowsOf(old.html).map(([name]) => name), ["none", "one", "two"]);
      assert.deepEqual(rowsOf(old.html)[0], ["none", "–"], "a null is a dash");
      assert.match((await read(tiny, "/assets/numbers?where=name.eq:nobody")).text, /No matching rows\./);
    });

    await t.step("names the fault of invalid queries for rows", async () => {
      for (const query of ["where=nothing.eq:1", "where=value.gt:much", "order=nothing", "as_of=77", "cursor=x"]) {
        const { status, html } = await read(tiny, `/assets/numbers?${query}`);
        assert.equal(status, 400, query);
        assert.match(html, /<section id="rows".*role="alert".*<\/section>/s, query);
      }
    });

    await t.step(
      "reports the schema, and plots what materializations say of themselves, with tables behind",
      async () => {
        const { text, html } = await read(tiny, "/assets/numbers");
        assert.match(text, /name text no What it is called\.; part of the key value double precision yes –/);
        assert.match(html, /role="img" aria-label="rows of 2 materializations: from 3 to 120, last 120"/);
        assert.match(html, /<title>materialization 1: 3<\/title>/);
        const history = await read(tiny, "/assets/numbers/history.csv");
        const [head, newest] = history.html.split("\r\n");
        assert.match(head!, /^materialization,run,origin,made_at,data_version,rows,rows added,/);
        assert.match(newest!, /^\d+,2,run,.*,120,120,3,/);
        assert.match(
          (await read(tiny, "/assets/numbers/schema.csv")).html,
          /^column,type,nullable,key,description\r\nname,text,false,true,/,
        );
        assert.match((await read(tiny, "/assets/numbers/runs.csv")).html, /\r\n2,succeeded,test,/);
        assert.equal((await read(tiny, "/assets/nothing/runs.csv")).status, 404);
      },
    );

    await t.step(
      "makes a form of the settings, says at the field what is wrong, and sends what is changed",
      async () => {
        const bad = await read(tiny, "/assets/multiples?scope=this&set.factor=many&priority=5000");
        assert.equal(bad.status, 400);
        assert.match(
          bad.html,
          /value="many"[^>]*name="set\.factor"[^>]*aria-invalid="true"[^>]*aria-describedby="hint-factor problem-factor"/,
        );
        assert.match(bad.html, /<span class="fault" id="problem-factor" role="alert">[^<]*number/);
        assert.match(bad.html, /<span class="fault" id="problem-priority" role="alert">/);
        assert.doesNotMatch(bad.html, /id="begin-run"/);
        const ranged = await read(tiny, "/assets/multiples?scope=this&from=lately");
        assert.match(ranged.text, /“lately” is not a date/, "an asset without partitions has no field for it");

        const fine = await read(tiny, "/assets/multiples?scope=downstream&set.factor=3&priority=5");
        assert.equal(fine.status, 200);
        const [, body] = /data-begin-run="([^"]*)"/.exec(fine.html)!;
        assert.deepEqual(JSON.parse(body!.replaceAll("&quot;", '"')), {
          selection: "multiples+",
          priority: 5,
          config: { multiples: { factor: 3 } },
        });
        assert.match(fine.text, /3 steps, .*multiples also makes rejects/);
        const same = await read(tiny, "/assets/multiples?scope=this&set.factor=2");
        assert.match(same.text, /Nothing to do: it is fresh\./);
        const out = await read(tiny, "/assets/rejects?scope=this&set.factor=3");
        assert.match(out.text, /The function of multiples makes it, with the settings of that asset\./);
        assert.match(out.html, /&quot;config&quot;:\{&quot;multiples&quot;:\{&quot;factor&quot;:3\}\}/);
      },
    );

    await t.step("shows the runs of the asset, with errors, escaped", async () => {
      world.before = (key) => {
        if (key === "multiples") throw new Error("<i>out</i> of order");
      };
      await run("multiples", { force: true });
      world.before = () => {};
      const { text, html } = await read(tiny, "/assets/rejects");
      assert.match(text, /Run 3 ✕ failed .* test .* whole 1 &lt;i&gt;out&lt;\/i&gt; of order Run 2 ● succeeded/);
      assert.doesNotMatch(html, /<i>/);
    });

    await t.step("offers to report an external asset, and to materialize its downstream", async () => {
      const { html, text } = await read(tiny, "/assets/deliveries");
      assert.match(html, /<form class="filters" data-report="deliveries"/);
      assert.match(text, /No version has been reported yet\./);
      assert.doesNotMatch(html, /id="rows"|id="schema"/);
      const plan = await read(tiny, "/assets/deliveries?scope=downstream&force=on");
      assert.match(
        plan.html,
        /data-begin-run="\{&quot;selection&quot;:&quot;deliveries\+&quot;,&quot;force&quot;:true\}"/,
      );
      assert.match((await read(tiny, "/assets/deliveries?scope=this")).text, /is made outside Tandem/);
    });
  }, { assets: [...tinyAssets, deliveries, report] }));
