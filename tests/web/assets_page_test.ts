import assert from "node:assert/strict";
import { pageAndApi } from "../support/page_server.ts";
import { gate, type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

async function read({ engine }: Tiny, path: string) {
  const response = await pageAndApi(engine).request(path);
  const html = await response.text();
  const text = html.replaceAll(/<script.*?<\/script>/gs, " ").replaceAll(/<[^>]+>/g, " ").replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
  return { status: response.status, type: response.headers.get("content-type"), html, text };
}

const nodes = (html: string) =>
  [...html.matchAll(/<a [^>]*class="node (\w+)( faded)?" data-key="(\w+)"/g)].map(([, state, faded, key]) =>
    `${key} ${state}${faded ?? ""}`
  );
const lines = (html: string) => [...html.matchAll(/<tr data-asset="(\w+)"/g)].map(([, key]) => key);

Deno.test("GET /assets draws every asset with its state, and lists it in a table", (t) =>
  withTinyEngine(async (tiny) => {
    await t.step("as nodes with names for screen readers, edges, groups, and nothing inline", async () => {
      const { status, html, text } = await read(tiny, "/assets");
      assert.equal(status, 200);
      assert.deepEqual(nodes(html), ["numbers missing", "multiples missing", "rejects missing", "total missing"]);
      assert.match(html, /aria-label="numbers, missing: numbers has never been materialized"/);
      const edges = [...html.matchAll(/data-from="(\w+)" data-to="(\w+)"/g)].map(([, from, to]) => `${from} ${to}`);
      assert.deepEqual(edges.sort(), ["multiples rejects", "multiples total", "numbers multiples"]);
      assert.match(text, /4 assets: 4 missing/);
      assert.deepEqual(lines(html), ["numbers", "multiples", "rejects", "total"]);
      assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
    });

    await t.step(
      "filters by group, kind and selection what is drawn, and by state and words what stands out",
      async () => {
        await tiny.engine.finished((await tiny.engine.submit({ selection: "numbers", trigger: "test" })).id);
        const drawn = async (query: string) => nodes((await read(tiny, `/assets?${query}`)).html);
        assert.deepEqual(await drawn("group=sources"), ["numbers fresh"]);
        assert.deepEqual(await drawn("kind=output"), ["rejects missing"]);
        assert.deepEqual(await drawn("focus=%2Bmultiples"), ["numbers fresh", "multiples missing"]);
        assert.deepEqual(await drawn("focus=%2Bmultiples&group=sums"), ["multiples missing"]);
        assert.deepEqual(await drawn("state=fresh"), [
          "numbers fresh",
          "multiples missing faded",
          "rejects missing faded",
          "total missing faded",
        ]);
        const found = await read(tiny, "/assets?q=SUM+of");
        assert.deepEqual(lines(found.html), ["total"]);
        assert.match(found.text, /1 of 4 assets match; the others are faded\./);
        assert.match(found.text, /1 asset of 4, each below its upstream assets\./);
        const none = await read(tiny, "/assets?kind=external");
        assert.match(none.text, /No matching assets\. Show all assets/);
      },
    );

    await t.step("draws a group as a card until it is opened, and keeps what is open in the address", async () => {
      const none = await read(tiny, "/assets?open=none&state=missing");
      assert.deepEqual(nodes(none.html), []);
      const cards = [
        ...none.html.matchAll(/<a href="([^"]*)"[^>]*class="node (\w+)( faded)?" data-key="group:(\w+)"/g),
      ];
      assert.deepEqual(cards.map(([, , state, faded, name]) => [name, state, faded]), [
        ["sources", "fresh", " faded"],
        ["sums", "missing", undefined],
      ]);
      assert.match(none.text, /0 of 1 asset match/);
      assert.equal(cards[1]![1], "/assets?state=missing&amp;open=sums");
      assert.match(none.html, /type="hidden" name="open" value="none"/);
      const { html } = await read(tiny, "/assets?open=sums");
      assert.deepEqual(nodes(html).map((node) => node.split(" ")[0]), ["multiples", "rejects", "total"]);
      const edges = [...html.matchAll(/data-from="([\w:]+)" data-to="(\w+)"/g)].map(([, from, to]) => `${from} ${to}`);
      assert.ok(edges.includes("group:sources multiples"), edges.join(", "));
      assert.match(html, /href="\/assets\?open=none" class="group-title" aria-label="Collapse sums"/);
      assert.match(
        html,
        /href="\/assets\?open=sources%2Csums" class="button quiet" id="expand-all"|id="expand-all" href="\/assets\?open=sources%2Csums"/,
      );
    });

    await t.step("shows the rows and the checks of an asset on its node", async () => {
      const { html } = await read(tiny, "/assets?focus=numbers");
      assert.match(html, /<text class="word"[^>]*>fresh · 3 rows<\/text>/);
      assert.match(html, /<text class="checks"[^>]*>✓ 1<\/text>/);
    });

    await t.step("keeps the valid part of an invalid address, and names the fault", async () => {
      const { status, html, text } = await read(
        tiny,
        "/assets?focus=multipels&group=%3Cb%3E&page=0&selected=nothing&q=total",
      );
      assert.equal(status, 400);
      assert.match(text, /There is no asset "multipels"\. Did you mean "multiples"\?/);
      assert.match(text, /Group “&lt;b&gt;” is none of sources, sums\. It was left out\./);
      assert.match(text, /Page “0” is not a whole number of at least 1\./);
      assert.match(text, /There is no asset “nothing”\./);
      assert.match(html, /name="focus"[^>]*aria-invalid="true"[^>]*aria-describedby="search-problems"/);
      assert.deepEqual(lines(html), ["total"]);
    });

    await t.step("gives the same as CSV, with the same filters", async () => {
      const { type, html } = await read(tiny, "/assets?format=csv&group=sums");
      assert.match(type!, /^text\/csv/);
      const [head, first, ...rest] = html.trim().split("\r\n");
      assert.equal(head, "key,state,reason,failed_checks,group,kind,rows,bytes,keeps,made_at,upstream,downstream");
      assert.match(
        first!,
        /^multiples,missing,multiples has never been materialized.*,"",sums,whole,,\d+,the last 30 days,,numbers,total$/,
      );
      assert.equal(rest.length, 2);
      assert.equal((await read(tiny, "/assets?format=csv&kind=external")).html.trim(), head, "titles alone");
    });

    await t.step("shows one asset beside the graph with the requested plan, and its run", async () => {
      const plan = await read(tiny, "/assets?selected=total&scope=upstream");
      assert.match(plan.text, /2 steps, duration unknown: no step has run before\. Nothing runs until you start it\./);
      assert.match(plan.html, /data-begin-run="\{&quot;selection&quot;:&quot;\+total&quot;\}"/);
      assert.match(plan.html, /data-key="total"[^>]*aria-current="true"/);
      const refused = await read(tiny, "/assets?selected=total&scope=this");
      assert.match(
        refused.text,
        /"total" cannot be materialized: its upstream "multiples" has never been\. Select "\+total"/,
      );
      const run = await read(tiny, "/assets?selected=numbers&run=1");
      assert.match(run.html, /data-step="numbers" data-status="succeeded"/);
      assert.match((await read(tiny, "/assets?selected=numbers&run=99")).text, /There is no run “99”\./);
    });

    await t.step("sends only the states to a browser that has the graph", async () => {
      const [reached, go] = [gate(), gate()];
      tiny.world.before = async (key) => {
        if (key !== "multiples") return;
        reached.open();
        await go.opened;
      };
      const run = await tiny.engine.submit({ selection: "*", trigger: "test" });
      await reached.opened;
      const { html } = await read(tiny, "/assets?parts=1&q=total");
      assert.doesNotMatch(html, /<svg class="asset-graph"/);
      const [, json] = /<script type="application\/json" id="graph-states" data-live[^>]*>(.*?)<\/script>/s.exec(html)!;
      const texts = (key: string, state: string, mark: string, detail: string, label: string, faded = true) => ({
        key,
        state,
        mark,
        detail,
        checks: key === "numbers" ? "✓ 1" : "",
        checksClass: "checks",
        label,
        faded,
      });
      assert.deepEqual(JSON.parse(json!), [
        texts("numbers", "fresh", "●", "fresh · 3 rows", "numbers, fresh · 3 rows; 1 check passed"),
        texts("multiples", "running", "▶", "running", `multiples, running: in run ${run.id}`),
        texts("rejects", "running", "▶", "running", `rejects, running: in run ${run.id}`),
        texts("total", "waiting", "◌", "waiting", `total, waiting: for its turn in run ${run.id}`, false),
      ]);
      const cards = await read(tiny, "/assets?parts=1&open=sums&state=fresh");
      const [, closed] = /id="graph-states" data-live[^>]*>(.*?)<\/script>/s.exec(cards.html)!;
      const { key, detail, label } = JSON.parse(closed!).at(-1);
      assert.deepEqual([key, detail], ["group:sources", "1 asset, fresh"]);
      assert.equal(label, "sources, 1 asset, fresh; expand");
      go.open();
      await tiny.engine.finished(run.id);
    });
  }));
