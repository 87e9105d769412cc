/** A value that an address asks for, if it is one of `values`; otherwise `problems` has the reason under its name. */
export function known<Value>(
  wanted: Value | undefined,
  values: readonly Value[],
  { name, title, problems }: { name: string; title: string; problems: Map<string, string> },
): Value | undefined {
  if (wanted === undefined || values.includes(wanted)) return wanted;
  problems.set(name, `${title} “${String(wanted).slice(0, 40)}” is none of ${values.join(", ")}.`);
}
