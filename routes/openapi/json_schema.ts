import { z } from "zod";
import { recordNames } from "../../engine/mod.ts";
import { boundsOf } from "../validation.ts";

/** JSON Schema, as far as it is looked into here. */
export type JsonSchema = { [name: string]: unknown };

/** Formats that say all that the pattern beside them says. */
const telling = new Set(["date", "date-time", "uuid"]);

/** Named schemas, of which others are made by reference. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(recordNames, {
    ...settings,
    uri: (id) => `#/components/schemas/${id}`,
    io: "output",
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, cleaned(schema as JsonSchema)]));
}

/** A named schema by its name, whatever else in full. */
export function referenceTo(schema: z.ZodType): JsonSchema {
  const id = recordNames.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  if (schema instanceof z.ZodUnion) {
    return { anyOf: schema.options.map((option) => referenceTo(option as z.ZodType)) };
  }
  return jsonSchemaOf(schema, "output");
}

/** What a schema takes (`input`) or gives (`output`). */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return cleaned(z.toJSONSchema(schema, { ...settings, io }) as JsonSchema);
}

const settings = {
  unrepresentable: "any",
  override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }) {
    const { def } = zodSchema._zod;
    if (def.type === "undefined") jsonSchema.not = {};
    // In JSON Schema it would say that clients may not send it; in ours it is of the type alone.
    if (def.type === "readonly") delete jsonSchema.readOnly;
    if (telling.has(jsonSchema.format ?? "")) delete jsonSchema.pattern;
    // Text that is parsed as an integer is documented as an integer.
    const bounds = boundsOf(zodSchema);
    if (bounds) {
      delete jsonSchema.pattern;
      Object.assign(jsonSchema, { type: "integer", minimum: bounds.min, maximum: bounds.max });
    }
    // Left out elsewhere, because it is what comes of the text.
    if (def.type === "default" && jsonSchema.type === "integer") jsonSchema.default = def.defaultValue as number;
  },
} as const;

/** Without what says that it is a document of its own. */
function cleaned({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
