import { type Context, Hono } from "hono";
import { z } from "zod";
import { type AnyAsset, type AssetState, checkStates, type Engine, type Materialization } from "../engine/mod.ts";
import { sourceOfVersions } from "./data_source.ts";
import { linkToNext } from "./links.ts";
import { idNumber, query, wholeNumber } from "./validation.ts";

const HistoryPage = z.strictObject({
  limit: wholeNumber(1, 1_000).default(50).describe("How many at most"),
  before: idNumber.optional().describe("Only those before this id"),
});

/** Routes under `/v1/assets` that only read. */
export function assetRoutes(engine: Engine) {
  return new Hono()
    // All assets in dependency order, each with its state and why it is in it.
    .get("/", async (c) => c.json({ assets: (await engine.states()).map(listed) }))
    // All there is to know about one asset but its rows.
    .get("/:key", async (c) => {
      const asset = engine.graph.asset(c.req.param("key"));
      const [[state], checks] = await Promise.all([
        engine.states([asset.key]),
        checkStates(engine.ledger.database.sql, engine.graph, asset.key),
      ]);
      // Its metadata hold figures of what it was made of.
      const { lastMaterialization: last } = state!;
      if (last) await labelled(c, engine, [last]);
      return c.json({
        ...listed(state!),
        lastMaterialization: state!.lastMaterialization,
        ...declared(engine, asset),
        checks,
      });
    })
    // Its versions, newest first.
    .get("/:key/materializations", query(HistoryPage), async (c) => {
      const { key } = engine.graph.asset(c.req.param("key"));
      const { limit, before } = c.req.valid("query");
      const found = await engine.materializations(key, { limit: limit + 1, before });
      const materializations = found.slice(0, limit);
      if (found.length > limit) c.header("Link", linkToNext(c.req.url, { before: `${materializations.at(-1)!.id}` }));
      await labelled(c, engine, materializations);
      return c.json({ asset: key, materializations });
    });
}

async function labelled(c: Context, engine: Engine, versions: readonly Materialization[]): Promise<void> {
  for (const [name, value] of Object.entries(await sourceOfVersions(engine, versions))) c.header(name, value);
}

/** An asset as a list shows it. */
function listed({ lastMaterialization, ...state }: AssetState) {
  return { ...state, lastMaterialization: lastMaterialization && summary(lastMaterialization) };
}

function summary({ id, committedAt, origin, runId, rowCount, dataVersion }: Materialization) {
  return { id, at: committedAt, origin, runId, rowCount, dataVersion };
}

/** What its declaration says. A further output has the settings and the code of the asset that makes it. */
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
    // What a caller may send: settings with a default may be left out.
    configSchema: z.toJSONSchema(recipe.config, { io: "input", unrepresentable: "any" }) as Record<string, unknown>,
  };
}
