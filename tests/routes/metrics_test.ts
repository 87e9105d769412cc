import assert from "node:assert/strict";
import { InstallationMetrics, silentLogger } from "../../engine/mod.ts";
import { processMetrics, ServiceInstruments } from "../../resources/metrics/mod.ts";
import type { MetricSource } from "../../routes/mod.ts";
import { readMetrics, valueOf } from "../support/metrics_text.ts";
import { withTinyApi } from "../support/tiny_api.ts";

const startedAt = Temporal.Instant.from("2026-11-23T12:00:00Z");

/** The API with everything that is told of the process, and of the installation once `tell` is given a source. */
async function withMetrics(
  test: (tiny: Parameters<Parameters<typeof withTinyApi>[0]>[0], tell: (source: MetricSource) => void) => Promise<void>,
) {
  const instruments = new ServiceInstruments();
  const metrics: MetricSource[] = [() => processMetrics({ version: "1.2.3", startedAt }), () => instruments.families()];
  await withTinyApi((tiny) => test(tiny, (source) => metrics.push(source)), { api: { instruments, metrics } });
}

Deno.test("GET /metrics reports process and installation in the requested format", async () => {
  await withMetrics(async (tiny, tell) => {
    const installation = new InstallationMetrics({ ...tiny, logger: silentLogger, timeoutMs: 20_000 });
    tell(() => installation.families());
    const plain = await tiny.get("/metrics");
    assert.equal(plain.status, 200);
    assert.equal(plain.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    const families = readMetrics(plain.text, "prometheus");
    assert.ok(valueOf(families, "process_resident_memory_bytes") > 1e6);
    assert.ok(valueOf(families, "process_cpu_seconds_total") > 0);
    assert.equal(valueOf(families, "process_start_time_seconds"), startedAt.epochMilliseconds / 1_000);
    assert.equal(valueOf(families, "tandem_database_up"), 1);
    assert.equal(valueOf(families, "tandem_assets", { state: "missing" }), 4);
    // What a Prometheus of today sends.
    const open = await tiny.get("/metrics", {
      Accept: "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    });
    assert.equal(open.headers.get("Content-Type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    const read = readMetrics(open.text, "openMetrics");
    assert.equal(read.get("tandem_build")?.samples[0]?.labels.version, "1.2.3");
    for (const [name, { help }] of read) {
      const said = name.startsWith("process_") || /process|installation|program|scrape|asset/.test(help);
      assert.ok(said && help.endsWith("."), `${name} does not say what it is of: ${help}`);
    }
  });
});

Deno.test("GET /metrics counts requests by the pattern of their route, however many paths there are", async () => {
  await withMetrics(async ({ get, post }) => {
    for (let i = 1; i <= 20; i++) await get(`/v1/runs/${i}`);
    await get("/v1/assets/numbers?secret=1");
    await get("/nothing/at/all");
    await get("/v1/nothing");
    await post("/v1/assets/numbers/materialize", { dryRun: true });
    await post("/v1/assets/numbers/materialize", {}, { Origin: "https://elsewhere.example" });
    const families = readMetrics((await get("/metrics")).text, "prometheus");
    const count = (route: string, method: string, status: string) =>
      valueOf(families, "tandem_http_requests_total", { route, method, status });
    assert.equal(count("/v1/runs/:id", "GET", "4xx"), 20);
    assert.equal(count("/v1/assets/:key", "GET", "2xx"), 1);
    assert.equal(count("none", "GET", "4xx"), 2);
    assert.equal(count("/v1/assets/:key/materialize", "POST", "2xx"), 1);
    assert.equal(count("/v1/assets/:key/materialize", "POST", "4xx"), 1);
    const text = (await get("/metrics")).text;
    assert.ok(!text.includes("secret") && !text.includes("/nothing/at"), text);
    assert.equal(
      valueOf(families, "tandem_http_request_duration_seconds_count", { route: "/v1/runs/:id", method: "GET" }),
      20,
    );
  });
});

Deno.test("GET /metrics counts streams of events while they are open", async () => {
  await withMetrics(async ({ app, engine, get }) => {
    const run = await engine.submit({ selection: "numbers", trigger: "http" });
    const streams = async () =>
      valueOf(readMetrics((await get("/metrics")).text, "prometheus"), "tandem_event_streams_open");
    const hungUp = await app.request(`/v1/runs/${run.id}/events`);
    assert.equal(await streams(), 1);
    await hungUp.body!.cancel();
    assert.equal(await streams(), 0);
    const read = await app.request(`/v1/runs/${run.id}/events`);
    await read.text();
    assert.equal(await streams(), 0);
  });
});
