import { z } from "zod";

/** One fault of a value: its dotted path, empty for the whole, and a sentence. */
export interface ValueFault {
  path: string;
  message: string;
}

/**
 * A value from outside read by its schema, or its faults in words for the person who sent it. Messages of the schema itself are kept.
 *
 * @example
 * ```ts
 * import { z } from "zod";
 * import { readValue } from "./read_value.ts";
 *
 * const read = readValue(z.strictObject({ days: z.number().min(1) }), { days: 0 });
 * if (!read.ok) console.log(read.faults); // [{ path: "days", message: "It must be at least 1." }]
 * ```
 */
export function readValue<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { ok: true; value: z.output<S> } | { ok: false; faults: ValueFault[] } {
  const result = schema.safeParse(value, { error: inWords });
  if (result.success) return { ok: true, value: result.data };
  const faults = result.error.issues.flatMap((issue): ValueFault[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join("."), message: "Unknown name." }))
      : [{ path: issue.path.join("."), message: issue.message }]
  );
  return { ok: false, faults };
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/** An issue as a sentence; `undefined` for one that zod words itself. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "It is required.";
      return `It must be ${kinds[issue.expected as string] ?? issue.expected}.`;
    case "invalid_value": {
      const values = (issue.values as readonly unknown[]).map(String);
      return issue.input === undefined
        ? "It is required."
        : `It must be ${values.length === 1 ? values[0] : `one of ${values.join(", ")}`}.`;
    }
    case "too_small":
      return boundInWords(issue, Number(issue.minimum), issue.inclusive === false ? "above" : "at least");
    case "too_big":
      return boundInWords(issue, Number(issue.maximum), issue.inclusive === false ? "below" : "at most");
    case "not_multiple_of":
      return `It must be a multiple of ${issue.divisor}.`;
    case "invalid_format":
      return issue.format === "date" ? "It must be a date as YYYY-MM-DD." : "It does not have the required form.";
    case "invalid_union":
      return unionInWords(issue.errors as readonly (readonly z.core.$ZodIssue[])[]);
  }
}

function boundInWords({ origin }: z.core.$ZodRawIssue, bound: number, relation: string): string {
  const counted = origin === "string" ? "character" : origin === "array" || origin === "set" ? "entr" : undefined;
  if (counted === undefined) return `It must be ${relation} ${bound}.`;
  if (relation === "at least" && bound === 1) return "It must not be empty.";
  const ending = counted === "entr" ? (bound === 1 ? "y" : "ies") : bound === 1 ? "" : "s";
  return `It must have ${relation} ${bound} ${counted}${ending}.`;
}

/** The sentences of all alternatives: the value may have been meant as any of them. */
function unionInWords(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string {
  const sentences = new Set(alternatives.flatMap(([first]) => first ? [first.message] : []));
  return [...sentences].join(" Or: ");
}
