import { type Context, Hono } from "hono";
import { z } from "zod";
import {
  type AnyAsset,
  AssetState,
  CheckState,
  checkStates,
  type Engine,
  Materialization,
  named,
} from "../engine/mod.ts";
import { dataSourceHeaders, sourceOfVersions } from "./data_source.ts";
import { nextPage, pageOf } from "./links.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { idPage, query } from "./validation.ts";

const HistoryPage = z.strictObject(idPage);

const { shape: version } = Materialization;
const ListedAsset = named(
  "ListedAsset",
  AssetState.extend({
    lastMaterialization: z.strictObject({
      id: version.id,
      at: version.committedAt,
      origin: version.origin,
      runId: version.runId,
      rowCount: version.rowCount,
      dataVersion: z.string(),
    }).nullable(),
  }),
);
const AssetList = named("AssetList", z.strictObject({ assets: z.array(ListedAsset) }));

const AssetDetails = named(
  "AssetDetails",
  AssetState.extend({
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        nullable: z.boolean(),
        description: z.string().nullable().optional(),
      }),
    ),
    primaryKey: z.array(z.string()),
    codeVersion: z.string(),
    pool: z.string().nullable(),
    timeoutMs: z.number().nullable(),
    configSchema: z.record(z.string(), z.unknown()).describe("JSON Schema of its settings, defaults included"),
    checks: z.array(CheckState),
  }),
);

const MaterializationList = named(
  "MaterializationList",
  z.strictObject({ asset: z.string(), materializations: z.array(Materialization) }),
);

const example = { path: { key: "chosen_pairs" } };
const describeList = describeRoute({
  tag: "Assets",
  summary: "All assets with their state",
  description: "In dependency order, each with the reasons for its state.",
  answers: { 200: { description: "The assets", schema: AssetList } },
});
const describeAsset = describeRoute({
  tag: "Assets",
  summary: "One asset",
  description: "State, schema, settings, last materialization with metadata, upstream, downstream and checks.",
  path: assetKey,
  example,
  answers: { 200: { description: "The asset", schema: AssetDetails, headers: dataSourceHeaders } },
  problems: [404],
});
const describeHistory = describeRoute({
  tag: "Assets",
  summary: "Versions of an asset, newest first",
  path: assetKey,
  example: { ...example, query: { limit: "5" } },
  answers: {
    200: {
      description: "A page of versions",
      schema: MaterializationList,
      headers: { ...nextPage, ...dataSourceHeaders },
    },
  },
  problems: [404],
});

/** Read-only routes under `/v1/assets`. */
export function assetRoutes(engine: Engine) {
  return new Hono()
    .get("/", describeList, async (c) => c.json({ assets: (await engine.states()).map(listed) }))
    .get("/:key", describeAsset, async (c) => {
      const asset = engine.graph.asset(c.req.param("key"));
      const [[state], checks] = await Promise.all([
        engine.states([asset.key]),
        checkStates(engine.ledger.database.sql, engine.graph, asset.key),
      ]);
      // Its metadata include figures of its sources.
      const { lastMaterialization: last } = state!;
      if (last) await labelled(c, engine, [last]);
      return c.json({
        ...listed(state!),
        lastMaterialization: state!.lastMaterialization,
        ...declared(engine, asset),
        checks,
      });
    })
    .get("/:key/materializations", describeHistory, query(HistoryPage), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { limit, before } = c.req.valid("query");
      const found = await engine.materializations(key, { limit: limit + 1, before });
      const materializations = pageOf(c, found, limit);
      await labelled(c, engine, materializations);
      return c.json({ asset: key, materializations });
    });
}

async function labelled(c: Context, engine: Engine, versions: readonly Materialization[]): Promise<void> {
  for (const [name, value] of Object.entries(await sourceOfVersions(engine, versions))) c.header(name, value);
}

/** An asset in a list. */
function listed({ lastMaterialization, ...state }: AssetState) {
  return { ...state, lastMaterialization: lastMaterialization && summary(lastMaterialization) };
}

function summary({ id, committedAt, origin, runId, rowCount, dataVersion }: Materialization) {
  return { id, at: committedAt, origin, runId, rowCount, dataVersion };
}

/** The declaration of an asset. A further output has the settings and the code of its producer. */
function declared(engine: Engine, asset: AnyAsset) {
  const { recipe } = engine.graph.producerOf(asset.key);
  return {
    columns: asset.schema.columns.map(({ name, type, nullable, description }) => ({
      name,
      type,
      nullable,
      description,
    })),
    primaryKey: asset.schema.primaryKey,
    codeVersion: recipe.codeVersion,
    pool: recipe.pool ?? null,
    timeoutMs: recipe.timeoutMs ?? null,
    // Input schema: settings with a default may be omitted.
    configSchema: z.toJSONSchema(recipe.config, { io: "input", unrepresentable: "any" }) as Record<string, unknown>,
  };
}
