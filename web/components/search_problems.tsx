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

/** The invalid parameters of an address that no form of the page has. */
export function ParameterProblems({ problems }: { problems: Problems }) {
  if (problems.size === 0) return null;
  return (
    <div class="notice bad" role="alert">
      {[...problems.values()].map((problem) => <p key={problem}>{problem} It was left out.</p>)}
    </div>
  );
}

/** Attributes of a field with an invalid value. */
export function invalid(problems: Problems, name: string) {
  return problems.has(name) ? { "aria-invalid": "true" as const, "aria-describedby": id } : {};
}
