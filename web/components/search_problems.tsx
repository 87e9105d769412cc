const id = "search-problems";

/** Invalid parameters, with the problem. */
export type Problems = ReadonlyMap<string, string>;

/** Lists the invalid parameters of a search. */
export function SearchProblems({ problems }: { problems: Problems }) {
  if (problems.size === 0) return null;
  return (
    <ul class="notice bad" id={id} role="alert">
      {[...problems.values()].map((problem) => <li key={problem}>{problem} It was left out.</li>)}
    </ul>
  );
}

/** Attributes of a field with an invalid value. */
export function invalid(problems: Problems, name: string) {
  return problems.has(name) ? { "aria-invalid": "true" as const, "aria-describedby": id } : {};
}
