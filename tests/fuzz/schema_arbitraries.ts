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

/** Texts that mean something to the service under test. */
export interface Vocabulary {
  /** Anywhere, such as keys of assets. */
  words: readonly string[];
  /** As parameters and properties of these names. */
  byName: Readonly<Record<string, readonly string[]>>;
  /** Bodies that are too particular to come by chance, by path. */
  bodies?: Readonly<Record<string, unknown>>;
}

/** Which values are made of a schema. */
export interface ValueOptions {
  vocabulary: Vocabulary;
  /** What the value is called. */
  name?: string;
  /** Whether what is inside may be what the schema does not allow. */
  faults: boolean;
}

/** Values of a body that a schema allows, ones that it allows but for something inside, and now and then something else altogether. */
export function bodiesOf(schema: JsonSchema, vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: valuesOf(schema, { vocabulary, faults: false }) },
    { weight: 3, arbitrary: valuesOf(schema, { vocabulary, faults: true }) },
    { weight: 1, arbitrary: anyJson },
  );
}

function valuesOf(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<unknown> {
  const { faults } = options;
  const inside = (of: JsonSchema, name = options.name) => {
    const arbitrary = valuesOf(of, { ...options, name });
    return faults ? fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: anyJson }) : arbitrary;
  };
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, options)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const min = Math.max(Number(schema.minimum ?? -1_000), -1e9);
      const max = Math.min(Number(schema.maximum ?? 1_000), 1e9);
      const fitting = fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
      return faults ? fc.oneof(fitting, fc.constantFrom(...nastyNumbers)) : fitting;
    }
    case "array": {
      const minLength = Number(schema.minItems ?? 0);
      return fc.array(inside((schema.items ?? {}) as JsonSchema), { minLength, maxLength: minLength + 5 });
    }
    case "object": {
      const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
      const known = fc.record(
        Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, inside(of, name)])),
        { requiredKeys: (schema.required as string[] | undefined) ?? [] },
      );
      if (!faults) return known;
      return fc.oneof(
        { weight: 8, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, anyJson).map(([value, more]) => ({ ...value, more })) },
        { weight: 1, arbitrary: known.map((value) => Object.fromEntries(Object.entries(value).slice(1))) },
      );
    }
    case "string":
      return textsOf(schema, options);
    default:
      return anyJson;
  }
}

/** Texts of a query, a path or a body that a schema allows; where there may be faults, others as well. */
export function textsOf(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<string> {
  const arbitrary = fittingTexts(schema, options);
  if (!options.faults) return arbitrary;
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  const beside = [minimum === undefined ? -1 : minimum - 1, maximum === undefined ? 1e21 : maximum + 1].map(String);
  return fc.oneof(
    { weight: 4, arbitrary },
    { weight: 1, arbitrary: anyText },
    { weight: schema.type === "integer" ? 1 : 0, arbitrary: fc.constantFrom(...beside, ...nastyNumbers.map(String)) },
  );
}

function fittingTexts(schema: JsonSchema, options: ValueOptions): fc.Arbitrary<string> {
  const { vocabulary: { words, byName }, name } = options;
  if (name !== undefined && byName[name] !== undefined) return fc.constantFrom(...byName[name]);
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => fittingTexts(choice, options)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum.map(String));
  if (schema.const !== undefined) return fc.constant(String(schema.const));
  if (schema.type === "integer") {
    const { minimum = 0, maximum = 2 ** 53 - 1 } = schema as { minimum?: number; maximum?: number };
    return fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 20) }) },
      { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    ).map(String);
  }
  switch (schema.format) {
    case "date":
      return moments.map((moment) => moment.slice(0, 10));
    case "date-time":
      return moments;
    case "uuid":
      return fc.uuid();
  }
  if (typeof schema.pattern === "string") return fc.stringMatching(new RegExp(schema.pattern));
  return fc.constantFrom(...words);
}

const moments = fc.date({ noInvalidDate: true, min: new Date("1990-01-01"), max: new Date("2040-01-01") })
  .map((moment) => moment.toISOString());
