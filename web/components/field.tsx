import type { Child, JSX } from "hono/jsx";

/** An input with its label. The browser completes no texts: they are searches and names of this service. */
export function Field(
  { label, wide, autocomplete = "off", ...input }: JSX.IntrinsicElements["input"] & {
    label: string;
    /** Whether it takes the room that is left beside others. */
    wide?: boolean;
  },
) {
  return (
    <label class={wide ? "wide" : undefined}>
      {label}
      <input {...input} autocomplete={input.type === "search" || input.type === "text" ? autocomplete : undefined} />
    </label>
  );
}

/** A choice among options, with its label. */
export function Select<Option extends string | number>(
  { label, any, options, chosen, words = String, ...select }: JSX.IntrinsicElements["select"] & {
    label: string;
    /** The empty choice in words; without it there is none. */
    any?: string;
    options: readonly Option[];
    chosen: Option | null | undefined;
    /** An option in words. */
    words?(option: Option): Child;
  },
) {
  return (
    <label>
      {label}
      <select {...select}>
        {any !== undefined && <option value="">{any}</option>}
        {options.map((option) => (
          <option key={option} value={option} selected={option === chosen}>{words(option)}</option>
        ))}
      </select>
    </label>
  );
}
