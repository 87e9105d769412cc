import { z } from "zod";

/*
 * A record is described once: by a zod schema, of which its type is inferred and by which documents of the API show it. Records come
 * from our own tables and functions, so that nothing is parsed with these schemas on the way.
 */

/** Schemas of records by the name under which a document has each once and refers to it. */
export const recordNames: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

/** Names the schema of a record. Names are unique. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  recordNames.add(schema, { id });
  return schema;
}

/** A moment, as ISO 8601 has it. */
export const instant = z.iso.datetime({ offset: true });
/** A date as YYYY-MM-DD. */
export const date = z.iso.date();

/** An array that readers of a record leave as it is. */
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
