import { z } from "zod";
import { readValue } from "../engine/mod.ts";

/** One setting as a form field. */
export interface SettingField {
  /** Its path, joined by dots. */
  name: string;
  /** In words; `null` where its name is all there is. */
  title: string | null;
  description: string | null;
  kind: "number" | "integer" | "boolean" | "choice" | "list" | "text" | "json";
  /** Options of a choice, or of a list with fixed entries. */
  choices: readonly string[] | null;
  /** Bounds in words: `at least 1, below 20`. */
  bounds: string | null;
  /** Bounds of a number that has both, for a slider. */
  range: { least: number; most: number } | null;
  /** Whether an empty field means `null`. */
  nullable: boolean;
  /** The value used unless a run overrides it. */
  standing: string;
  /** Its default. */
  byDefault: string;
}

/** Outcome of reading a form. */
export interface ReadSettings {
  /** Text of each field, by its name. */
  texts: ReadonlyMap<string, string>;
  /** Settings to send; `null` if none is changed. */
  settings: Record<string, unknown> | null;
  /** Problems by field; general ones under the empty name. */
  problems: ReadonlyMap<string, string>;
}

interface JsonSchema {
  type?: string;
  title?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
}

/** Prefix of the parameters that hold settings. */
export const settingPrefix = "set.";

/** Settings of an asset as form fields, in order of declaration. */
export class SettingsForm {
  readonly fields: readonly SettingField[];
  readonly #defaults: Readonly<Record<string, unknown>>;

  /**
   * @param schema Schema of the settings; parsing an empty object yields the defaults.
   * @param standing Settings used unless a run overrides them.
   */
  constructor(private readonly schema: z.ZodType, standing: unknown) {
    this.#defaults = flat(schema.parse({}));
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
    const now = flat(standing);
    this.fields = leaves(json).map(({ path, schema: leaf }) => {
      const name = path.join(".");
      const alternatives = leaf.anyOf ?? [leaf];
      const of = alternatives.find(({ type }) => type !== "null") ?? leaf;
      const kind = kindOf(of, alternatives.filter(({ type }) => type !== "null").length);
      return {
        name,
        title: leaf.title ?? null,
        description: leaf.description ?? of.description ?? null,
        kind,
        choices: choicesOf(of, kind),
        bounds: boundsOf(of),
        range: rangeOf(of),
        nullable: alternatives.some(({ type }) => type === "null"),
        standing: textOf(valueAt(now, standing, path), kind),
        byDefault: textOf(valueAt(this.#defaults, schema.parse({}), path), kind),
      };
    });
  }

  /**
   * Reads the submitted fields; a missing field is unchanged. A run's settings replace the current ones as a whole: if one is
   * changed, all that differ from their defaults are sent.
   */
  read(parameters: URLSearchParams): ReadSettings {
    const problems = new Map<string, string>();
    const texts = new Map<string, string>();
    const settings: Record<string, unknown> = {};
    let changed = false;
    for (const field of this.fields) {
      const text = parameters.get(`${settingPrefix}${field.name}`)?.trim() ?? field.standing;
      texts.set(field.name, text);
      if (text !== field.standing) changed = true;
      if (text === field.byDefault) continue;
      try {
        const value = valueOf(text, field);
        if (value !== undefined) put(settings, field.name.split("."), value);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        problems.set(field.name, `This is not JSON: ${error.message}.`);
      }
    }
    const known = new Set(this.fields.map(({ name }) => `${settingPrefix}${name}`));
    for (const name of parameters.keys()) {
      if (name.startsWith(settingPrefix) && !known.has(name)) {
        problems.set("", `There is no setting “${name.slice(settingPrefix.length, settingPrefix.length + 60)}”.`);
      }
    }
    if (!changed || problems.size > 0) return { texts, settings: null, problems };
    const read = readValue(this.schema, settings);
    for (const { path, message } of read.ok ? [] : read.faults) {
      const field = this.fields.find(({ name }) => path === name || path.startsWith(`${name}.`));
      const name = field?.name ?? "";
      if (!problems.has(name)) problems.set(name, field ? message : `${path} ${message}`.trim());
    }
    return { texts, settings: problems.size > 0 ? null : settings, problems };
  }
}

function leaves(schema: JsonSchema, path: readonly string[] = []): { path: readonly string[]; schema: JsonSchema }[] {
  const inner = Object.entries(schema.properties ?? {});
  if (inner.length === 0) return path.length === 0 ? [] : [{ path, schema }];
  return inner.flatMap(([name, of]) => leaves(of, [...path, name]));
}

function kindOf({ type, enum: values, items }: JsonSchema, alternatives: number): SettingField["kind"] {
  if (alternatives !== 1) return "json";
  if (values?.every((value) => typeof value === "string")) return "choice";
  if (type === "number" || type === "integer" || type === "boolean") return type;
  if (type === "string") return "text";
  if (type === "array" && (items?.type === "string" || items?.type === "number" || items?.type === "integer")) {
    return "list";
  }
  return "json";
}

function choicesOf(of: JsonSchema, kind: SettingField["kind"]): string[] | null {
  const values = kind === "choice"
    ? of.enum
    : kind === "list"
    ? of.items?.enum
    : kind === "boolean"
    ? [true, false]
    : undefined;
  return values?.map(String) ?? null;
}

function boundsOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minItems }: JsonSchema): string | null {
  const limit = (bound: number | undefined, word: string) =>
    // The bounds of a safe integer apply to every whole number and need no hint.
    bound === undefined || Math.abs(bound) === Number.MAX_SAFE_INTEGER
      ? []
      : [`${word} ${bound.toLocaleString("en-US", { maximumFractionDigits: 20 })}`];
  const bounds = [
    ...(type === "integer" ? ["whole"] : []),
    ...limit(minimum, "at least"),
    ...limit(exclusiveMinimum, "above"),
    ...limit(maximum, "at most"),
    ...limit(exclusiveMaximum, "below"),
    ...limit(minItems, "entries, at least"),
  ];
  return bounds.length === 0 ? null : bounds.join(", ");
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: JsonSchema): SettingField["range"] {
  const least = minimum ?? exclusiveMinimum;
  return least === undefined || maximum === undefined ? null : { least, most: maximum };
}

/** `undefined` for an empty field. @throws {SyntaxError} If a field of JSON is invalid. */
function valueOf(text: string, { kind, nullable }: SettingField): unknown {
  if (text === "") return nullable ? null : kind === "list" ? [] : undefined;
  switch (kind) {
    case "number":
    case "integer":
      return numberOf(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "list":
      return text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "").map(numberOf);
    case "json":
      return JSON.parse(text);
    default:
      return text;
  }
}

/** A number, or the text itself, so that the schema reports the problem. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function textOf(value: unknown, kind: SettingField["kind"]): string {
  if (value === null || value === undefined) return "";
  if (kind === "json") return JSON.stringify(value);
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Values of an object by the names of its fields; nested values under their path. */
function flat(value: unknown, path: readonly string[] = []): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { [path.join(".")]: value };
  return Object.assign({}, ...Object.entries(value).map(([name, inner]) => flat(inner, [...path, name])));
}

function valueAt(byName: Readonly<Record<string, unknown>>, whole: unknown, path: readonly string[]): unknown {
  const name = path.join(".");
  if (Object.hasOwn(byName, name)) return byName[name];
  // An object in one field, such as a record.
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    whole,
  );
}

function put(into: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) into[name!] = value;
  else put((into[name!] ??= {}) as Record<string, unknown>, rest, value);
}
