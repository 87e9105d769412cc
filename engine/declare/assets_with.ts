import { z } from "zod";
import type { Asset, AssetSpec, DepsSpec, MaterializeContext, OutsSpec, Recipe, TableSpec } from "./asset.ts";
import { checkKey } from "./asset_key.ts";
import { requireSound } from "./check.ts";
import { externalAsset } from "./external_asset.ts";
import { requireDateColumn } from "./freshness_policy.ts";
import { DefinitionError } from "../errors.ts";
import { type RowSchema, rowSchema } from "./row_schema.ts";
import { everything, type PartitionsDefinition } from "../partitions/mod.ts";
import { retryPolicyOf } from "./retry.ts";
import { checkTimeout } from "./step_timeout.ts";

/** Default label of steps that read from outside. */
const sourceLabel = "source";

/** Form of a label. */
const labelForm = /^[a-z][a-z0-9_-]{0,39}$/;

/** @throws {DefinitionError} If it does not have the form of a label. */
function checkLabel(key: string, label: string | undefined): void {
  if (label === undefined || labelForm.test(label)) return;
  throw new DefinitionError(
    `The label "${label}" on which "${key}" runs is none: give it up to 40 of a-z, 0-9, "_" and "-", with a letter first.`,
  );
}

/** @throws {DefinitionError} If two have the same name. */
function requireNames(key: string, blocks: Recipe["blocks"]): void {
  const names = blocks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new DefinitionError(`Two computations in the blocks of "${key}" are named "${twice}".`);
  }
}

const noConfig = z.strictObject({});

/**
 * Binds the declarations to the resources that functions get.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import { assetsWith } from "./assets_with.ts";
 *
 * const { asset } = assetsWith<{ greet(name: string): string }>();
 * const names = asset({
 *   key: "names",
 *   group: "demo",
 *   layer: "raw",
 *   description: "Who is here.",
 *   row: z.object({ name: z.string() }),
 *   primaryKey: ["name"],
 *   materialize: () => ({ rows: [{ name: "Ada" }] }),
 * });
 * asset({
 *   key: "greetings",
 *   group: "demo",
 *   layer: "gold",
 *   description: "What they are told.",
 *   deps: { names },
 *   row: z.object({ greeting: z.string() }),
 *   primaryKey: ["greeting"],
 *   async materialize({ inputs, resources }) {
 *     const rows = await inputs.names.rows();
 *     return { rows: rows.map(({ name }) => ({ greeting: resources.greet(name) })) };
 *   },
 * });
 * ```
 */
export function assetsWith<Resources>() {
  return {
    /** Declares an asset. */
    asset<
      Schema extends z.ZodObject,
      // deno-lint-ignore ban-types -- the empty record: no upstream assets, no further outputs
      Deps extends DepsSpec = {},
      // deno-lint-ignore ban-types
      Outs extends OutsSpec = {},
      ConfigSchema extends z.ZodType = typeof noConfig,
      Key extends string = string,
    >(spec: AssetSpec<Schema, ConfigSchema, Deps, Outs, Resources, Key>): Asset<z.output<Schema>, Key> {
      const table = describe(spec);
      checkTimeout(spec.key, spec.timeoutMs);
      checkLabel(spec.key, spec.runsOn);
      requireNames(spec.key, spec.blocks ?? []);
      return {
        ...table,
        recipe: {
          deps: mapValues(spec.deps ?? {}, (dep) => "of" in dep ? dep.of : dep),
          mappings: mapValues(spec.deps ?? {}, (dep) => {
            const mapping = "of" in dep ? dep.mapping : everything;
            return typeof mapping === "function" ? mapping : () => mapping;
          }),
          after: spec.after ?? [],
          outs: spec.outs ?? {},
          config: spec.config ?? noConfig,
          codeVersion: spec.codeVersion ?? "1",
          retry: retryPolicyOf(spec.key, spec.retry),
          partitionsDef: spec.partitionsDef as PartitionsDefinition | undefined,
          pool: spec.pool,
          timeoutMs: spec.timeoutMs,
          runsOn: spec.runsOn ?? (spec.source && sourceLabel),
          blocks: spec.blocks ?? [],
          automation: spec.automation,
          source: spec.source as Recipe["source"],
          // An async wrapper turns a synchronous throw into a rejected promise.
          // deno-lint-ignore no-explicit-any
          materialize: async (context: MaterializeContext<any, any, any>) =>
            // deno-lint-ignore no-explicit-any
            await spec.materialize(context) as any,
        },
      };
    },
    /** Declares an asset that another asset's function makes: the producer lists it under `outs`. */
    assetOut<Schema extends z.ZodObject, Key extends string>(
      spec: TableSpec<Schema, Key>,
    ): Asset<z.output<Schema>, Key> {
      return { ...describe(spec), recipe: undefined };
    },
    /** Declares an asset that is made and reported from outside: others list its key under `after`. */
    external: externalAsset,
  };
}

function describe<Schema extends z.ZodObject, Key extends string>(
  spec: TableSpec<Schema, Key>,
): Omit<Asset<z.output<Schema>, Key>, "recipe"> {
  checkKey(spec.key);
  const schema = rowSchema(spec.key, spec.row, spec.primaryKey);
  requireSound(spec.key, spec.checks ?? [], schema);
  requireOrders(spec.key, spec.orders ?? [], schema);
  requireDateColumn(spec.key, spec.freshness, schema);
  return {
    key: spec.key,
    module: spec.module?.url,
    group: spec.group,
    layer: spec.layer,
    description: spec.description,
    schema,
    orders: spec.orders ?? [],
    checks: spec.checks ?? [],
    partitionedBy: spec.partitionedBy,
    external: false,
    freshness: spec.freshness,
    retention: spec.retention,
    carriedOn: spec.carriedOn ?? false,
    storage: spec.storage,
  };
}

/** @throws {DefinitionError} If an order names a column that the rows do not have, or one of JSON. */
function requireOrders(key: string, orders: readonly (readonly string[])[], { columns }: RowSchema): void {
  for (const name of orders.flat().map((term) => term.replace(/^-/, ""))) {
    const column = columns.find((column) => column.name === name);
    if (column && column.type !== "jsonb") continue;
    const why = column ? "which holds JSON and has no order" : "which its rows do not have";
    throw new DefinitionError(`"${key}" is ordered by the column "${name}", ${why}.`);
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
