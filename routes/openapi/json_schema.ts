import { z } from "zod";
import { recordNames } from "../../engine/mod.ts";
import { boundsOf } from "../validation.ts";

/** JSON Schema, untyped beyond its properties. */
export type JsonSchema = { [name: string]: unknown };

/** Formats that make the pattern beside them redundant. */
const telling = new Set(["date", "date-time", "uuid"]);

/** Schemas with a name, which others refer to. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(recordNames, {
    ...settings,
    uri: (id) => `#/components/schemas/${id}`,
    io: "output",
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, cleaned(schema as JsonSchema)]));
}

/** A reference to a named schema; other schemas in full. */
export function referenceTo(schema: z.ZodType): JsonSchema {
  const id = recordNames.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  if (schema instanceof z.ZodUnion) {
    return { anyOf: schema.options.map((option) => referenceTo(option as z.ZodType)) };
  }
  return jsonSchemaOf(schema, "output");
}

/** JSON Schema of a schema's input or output. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return cleaned(z.toJSONSchema(schema, { ...settings, io }) as JsonSchema);
}

const settings = {
  unrepresentable: "any",
  override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }) {
    const { def } = zodSchema._zod;
    if (def.type === "undefined") jsonSchema.not = {};
    // In JSON Schema `readOnly` means that clients may not send it; here it is only about the type.
    if (def.type === "readonly") delete jsonSchema.readOnly;
    if (telling.has(jsonSchema.format ?? "")) delete jsonSchema.pattern;
    // Text that is parsed as an integer is documented as an integer.
    const bounds = boundsOf(zodSchema);
    if (bounds) {
      delete jsonSchema.pattern;
      Object.assign(jsonSchema, { type: "integer", minimum: bounds.min, maximum: bounds.max });
    }
    // Zod omits this default, which is of the parsed number and not of the text.
    if (def.type === "default" && jsonSchema.type === "integer") jsonSchema.default = def.defaultValue as number;
  },
} as const;

/** Without the properties of a stand-alone document. */
function cleaned({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
