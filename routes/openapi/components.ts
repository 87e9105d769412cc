import { z } from "zod";

/** Schemas of the document by the name under which it refers to them. */
export const components: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

/** Names a schema, so that the document has it once and refers to it. Names are unique. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  components.add(schema, { id });
  return schema;
}
