const id = "search-problems";

/** Invalid parameters, with the problem. */
export type Problems = ReadonlyMap<string, string>;

/** Says what of a search cannot be read. */
export function SearchProblems({ problems }: { problems: Problems }) {
  if (problems.size === 0) return null;
  return (
    <ul class="notice bad" id={id} role="alert">
      {[...problems.values()].map((problem) => <li key={problem}>{problem} It was left out.</li>)}
    </ul>
  );
}

/** Attributes of a field whose value cannot be read. */
export function invalid(problems: Problems, name: string) {
  return problems.has(name) ? { "aria-invalid": "true" as const, "aria-describedby": id } : {};
}
