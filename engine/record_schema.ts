import { z } from "zod";

/*
 * A record is described once, by a zod schema: its type and its description in API documents derive from that. Records come from
 * our own tables and functions, so they are not parsed with these schemas.
 */

/** Schemas of records, each with the name of its component in API documents. */
export const recordNames: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

/** Registers the schema of a record under a unique name. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  recordNames.add(schema, { id });
  return schema;
}

/** A moment in ISO 8601. */
export const instant = z.iso.datetime({ offset: true });
/** A date as YYYY-MM-DD. */
export const date = z.iso.date();

/** A read-only array. */
export function list<S extends z.ZodType>(of: S): z.ZodReadonly<z.ZodArray<S>> {
  return z.array(of).readonly();
}

/** An object with a property of the same kind for each name. */
export function byName<N extends string, S extends z.ZodType>(
  names: readonly N[],
  schema: S,
): z.ZodObject<Record<N, S>, z.core.$strict> {
  return z.strictObject(Object.fromEntries(names.map((name) => [name, schema])) as Record<N, S>);
}
