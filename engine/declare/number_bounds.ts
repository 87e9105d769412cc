import type { z } from "zod";

/** Within which a finite number lies, ends included; between which it lies, without them. */
export interface NumberBounds {
  least: number;
  most: number;
  above: number;
  below: number;
  whole: boolean;
}

/** What JSON Schema says of a number. */
export interface NumberKeywords {
  type?: string | string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  [keyword: string]: unknown;
}

const boundKeywords = ["type", "description", "$schema", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
/** What zod checks of a number with these keywords alone. */
const boundChecks = ["greater_than", "less_than", "number_format"];

/** The bounds of a number that has to meet nothing else; `null` for any other value. */
export function boundsOf(schema: z.ZodType, json: NumberKeywords): NumberBounds | null {
  if (json.type !== "number" && json.type !== "integer") return null;
  if (Object.keys(json).some((keyword) => !boundKeywords.includes(keyword)) || !hasBoundsAlone(schema)) return null;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = json;
  return {
    least: minimum,
    most: maximum,
    above: exclusiveMinimum,
    below: exclusiveMaximum,
    whole: json.type === "integer",
  };
}

/** Whether nothing is asked that JSON Schema cannot say, such as a refinement. */
function hasBoundsAlone(schema: z.ZodType): boolean {
  const { def } = schema as z.ZodType & { def: { type: string; innerType?: z.ZodType; checks?: z.core.$ZodCheck[] } };
  if (def.type === "nullable") return hasBoundsAlone(def.innerType!);
  return def.type === "number" &&
    (def.checks ?? []).every(({ _zod }) => boundChecks.includes(_zod.def.check) && _zod.def.when === undefined);
}

/** Whether a number meets its bounds; one that is not finite meets none. */
export function isWithin(value: number, { least, most, above, below, whole }: NumberBounds): boolean {
  return value >= least && value <= most && value > above && value < below && Number.isFinite(value) &&
    (!whole || Number.isSafeInteger(value));
}
