import type { z } from "zod";

/** Bounds of a finite number: `least` and `most` inclusive, `above` and `below` exclusive. */
export interface NumberBounds {
  least: number;
  most: number;
  above: number;
  below: number;
  whole: boolean;
}

/** The keywords of JSON Schema for a number. */
export interface NumberKeywords {
  type?: string | string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  [keyword: string]: unknown;
}

const boundKeywords = ["type", "description", "$schema", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
/** The checks of zod that these keywords express. */
const boundChecks = ["greater_than", "less_than", "number_format"];

/** The bounds of a number without any other requirement; `null` for any other value. */
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

/** Whether JSON Schema expresses all requirements: a refinement, for example, it cannot. */
function hasBoundsAlone(schema: z.ZodType): boolean {
  const { def } = schema as z.ZodType & { def: { type: string; innerType?: z.ZodType; checks?: z.core.$ZodCheck[] } };
  if (def.type === "nullable") return hasBoundsAlone(def.innerType!);
  return def.type === "number" &&
    (def.checks ?? []).every(({ _zod }) => boundChecks.includes(_zod.def.check) && _zod.def.when === undefined);
}

/** Whether a number is within its bounds; NaN and infinities never are. */
export function isWithin(value: number, { least, most, above, below, whole }: NumberBounds): boolean {
  return value >= least && value <= most && value > above && value < below && Number.isFinite(value) &&
    (!whole || Number.isSafeInteger(value));
}
