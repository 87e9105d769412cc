import { z } from "zod";
import { named } from "../record_schema.ts";

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** One value of a materialization's metadata, typed for display, plots and links. */
export const MetadataValue = named(
  "MetadataValue",
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("number"), value: z.number() }),
    z.object({ type: z.literal("text"), value: z.string() }),
    z.object({ type: z.literal("table"), columns: z.array(z.string()), rows: z.array(z.array(Cell)) }),
    z.object({ type: z.literal("link"), text: z.string(), href: z.string() }),
  ]),
);
export type MetadataValue = z.output<typeof MetadataValue>;

/** Metadata of one materialization. Numbers, strings and booleans are plain values. */
export type Metadata = Readonly<Record<string, number | string | boolean | MetadataValue>>;

/** A small table in metadata. */
export function table(columns: string[], rows: z.output<typeof Cell>[][]): MetadataValue {
  return { type: "table", columns, rows };
}

/** A link in metadata. */
export function link(text: string, href: string): MetadataValue {
  return { type: "link", text, href };
}

/** Metadata in its stored form. Numbers that JSON cannot represent become text. */
export function typedMetadata(metadata: Metadata): Record<string, MetadataValue> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => {
      if (typeof value === "object") return [name, MetadataValue.parse(value)];
      if (typeof value === "number" && Number.isFinite(value)) return [name, { type: "number", value }];
      return [name, { type: "text", value: String(value) }];
    }),
  );
}

/** Metadata as returned by a function, from its stored form. Booleans become text. */
export function untypedMetadata(metadata: Readonly<Record<string, MetadataValue>>): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name,
      value.type === "number" || value.type === "text" ? value.value : value,
    ]),
  );
}
