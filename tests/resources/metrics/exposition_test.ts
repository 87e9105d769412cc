import fc from "fast-check";
import assert from "node:assert/strict";
import {
  Counter,
  Histogram,
  type MetricFamily,
  ServiceInstruments,
  UpDown,
  writeMetrics,
} from "../../../resources/metrics/mod.ts";
import { readMetrics, valueOf } from "../../support/metrics_text.ts";

const formats = ["prometheus", "openMetrics"] as const;

Deno.test("writeMetrics() names a counter with its suffix, and the family of OpenMetrics without it", () => {
  const counter = new Counter({ name: "calls", help: "Calls so far.", labels: ["kind"] });
  counter.add({ kind: "bars" }, 2);
  assert.equal(
    writeMetrics([counter.family()], "prometheus"),
    '# HELP calls_total Calls so far.\n# TYPE calls_total counter\ncalls_total{kind="bars"} 2\n',
  );
  assert.equal(
    writeMetrics([counter.family()], "openMetrics"),
    '# HELP calls Calls so far.\n# TYPE calls counter\ncalls_total{kind="bars"} 2\n# EOF\n',
  );
});

Deno.test("writeMetrics() writes the buckets of a histogram as running totals, with its sum and count", () => {
  const histogram = new Histogram({ name: "wait_seconds", help: "Waits.", labels: [], bounds: [0.5, 1] });
  // A value on a bound is within it.
  for (const seconds of [0.25, 1, 3]) histogram.observe({}, seconds);
  const text = writeMetrics([histogram.family()], "openMetrics");
  assert.match(
    text,
    /wait_seconds_bucket\{le="0.5"\} 1\nwait_seconds_bucket\{le="1.0"\} 2\nwait_seconds_bucket\{le="\+Inf"\} 3\n/,
  );
  assert.match(text, /wait_seconds_sum 4.25\nwait_seconds_count 3\n/);
});

Deno.test("writeMetrics() leaves out a family without samples", () => {
  assert.equal(writeMetrics([new Counter({ name: "none", help: "None.", labels: ["a"] }).family()], "prometheus"), "");
});

Deno.test("writeMetrics() writes whatever labels and values there are so that a strict reader gets them back", () => {
  const value = fc.double({ noDefaultInfinity: false, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), value), { minLength: 1, maxLength: 5 }), fc.string(), (given, said) => {
      const samples = [...new Map(given)].map(([label, value]) => ({ labels: { of: label }, value }));
      const family: MetricFamily = {
        type: "gauge",
        name: "some",
        help: said.replaceAll(/[\r\u2028\u2029]/g, ""),
        samples,
      };
      for (const format of formats) {
        const read = readMetrics(writeMetrics([family], format), format);
        for (const { labels, value } of samples) assert.equal(valueOf(read, "some", labels) + 0, value + 0);
      }
    }),
  );
});

Deno.test("Counter counts excess series under `other`, so that no caller fills the memory", () => {
  const counter = new Counter({ name: "asked", help: "Asked.", labels: ["route", "method"], maxSeries: 2 });
  for (let i = 0; i < 10; i++) counter.add({ route: `/${i}`, method: "GET" });
  counter.add({ route: "/0", method: "GET" });
  const read = readMetrics(writeMetrics([counter.family()], "prometheus"), "prometheus");
  assert.equal(valueOf(read, "asked_total", { route: "/0", method: "GET" }), 2);
  assert.equal(valueOf(read, "asked_total", { route: "other", method: "other" }), 8);
  assert.equal(read.get("asked_total")!.samples.length, 3);
});

Deno.test("UpDown goes up and down", () => {
  const open = new UpDown({ name: "open", help: "Open." });
  open.add(1);
  open.add(1);
  open.add(-1);
  assert.equal(writeMetrics([open.family()], "prometheus"), "# HELP open Open.\n# TYPE open gauge\nopen 1\n");
});

Deno.test("readMetrics() refuses malformed text", () => {
  const head = "# HELP a A.\n# TYPE a gauge\n";
  for (
    const [text, why] of [
      ["a 1\n", /without a family/],
      [`${head}a 1\na 2\n`, /twice/],
      [`${head}b 1\n`, /another family/],
      [`${head}a one\n`, /value/],
      [`${head}a{b="1} 1\n`, /labels/],
      [`${head}a{b="1",b="2"} 1\n`, /label comes twice/],
      [`${head}${head}a 1\n`, /twice/],
      [head, /no sample/],
      ['# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n', /fall/],
    ] as const
  ) assert.throws(() => readMetrics(text, "prometheus"), why, text);
});

Deno.test("instruments of another thread are counted where they are recorded", () => {
  const here = new ServiceInstruments();
  const there = ServiceInstruments.reporting((observation) => here.record(structuredClone(observation)));
  const direct = new ServiceInstruments();
  for (const instruments of [there, direct]) {
    instruments.vendorCalls.add({ kind: "bars", status: "200" });
    instruments.vendorCalls.add({ kind: "bars", status: "200" }, 2);
    instruments.vendorSeconds.observe({ kind: "bars" }, 0.3);
  }
  assert.deepEqual(here.families(), direct.families());
  assert.deepEqual(there.families(), new ServiceInstruments().families());
});
