import fc from "fast-check";
import type { JsonSchema } from "../../routes/openapi/mod.ts";

/** Text that has broken programs before. */
const nastyText: readonly string[] = [
  "",
  " ",
  "0",
  "-1",
  "1e999",
  "NaN",
  "null",
  "true",
  "__proto__",
  "constructor",
  "'; DROP TABLE engine.run; --",
  '" OR ""="',
  "%00",
  "\u0000",
  "\ud800",
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "\r\nX-Evil: 1",
  "9".repeat(400),
  "a".repeat(5_000),
  "2024-02-30",
  "0000-00-00",
  "99999-12-31",
  "𝒯𝒶𝓃𝒹𝑒𝓂",
  "🦄",
  ",,,",
  "*",
  "+",
  "+*+",
  "group:",
];

/** Numbers at the ends of what programs hold. */
const nastyNumbers: readonly number[] = [
  0,
  -0,
  -1,
  0.5,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  1e21,
];

/** Anything that JSON can say. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom(...nastyNumbers),
    fc.integer(),
    fc.constantFrom(...nastyText),
    fc.string({ maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom("__proto__", "selection", "config")),
      tie("value"),
      {
        maxKeys: 4,
      },
    ),
  ),
})).value as fc.Arbitrary<unknown>;

/** Any text. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...nastyText),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
);

/**
 * Values that a schema allows, and with them, now and then, ones that it does not.
 *
 * @param words Texts that mean something to the service, such as keys of assets.
 */
export function valuesOf(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 6, arbitrary: allowed(schema, words) }, { weight: 1, arbitrary: anyJson });
}

function allowed(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<unknown> {
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (options) return fc.oneof(...options.map((option) => allowed(option, words)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const min = Math.max(Number(schema.minimum ?? -1_000), -1e9);
      const max = Math.min(Number(schema.maximum ?? 1_000), 1e9);
      return fc.oneof(fc.integer({ min: Math.ceil(min), max: Math.floor(max) }), fc.constantFrom(...nastyNumbers));
    }
    case "array": {
      const item = (schema.items ?? {}) as JsonSchema;
      const minLength = Number(schema.minItems ?? 0);
      return fc.array(valuesOf(item, words), { minLength, maxLength: minLength + 5 });
    }
    case "object": {
      const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
      const required = new Set((schema.required as string[] | undefined) ?? []);
      const known = fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, valuesOf(of, words)])),
        { requiredKeys: [...required] },
      );
      return fc.oneof(
        { weight: 8, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, anyJson).map(([value, more]) => ({ ...value, more })) },
        { weight: 1, arbitrary: known.map((value) => Object.fromEntries(Object.entries(value).slice(1))) },
      );
    }
    case "string":
      return textsOf(schema, words);
    default:
      return anyJson;
  }
}

/** Texts that a schema of text allows, and others. */
export function textsOf(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<string> {
  if (Array.isArray(schema.enum)) {
    return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...schema.enum.map(String)) }, {
      weight: 1,
      arbitrary: anyText,
    });
  }
  const fitting = schema.format === "date"
    ? fc.constantFrom("2024-01-02", "2026-01-05", "2026-05-08", "1999-12-31")
    : typeof schema.pattern === "string" && /\\d/.test(schema.pattern)
    ? fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 ** 53 - 1 })).map(String)
    : fc.constantFrom(...words);
  return fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: anyText });
}
