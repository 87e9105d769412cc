/** An error response of an endpoint. */
export class Refusal extends Error {
  constructor(readonly status: 400 | 403 | 404, message: string) {
    super(message);
  }
}

/** The query of a request by the endpoint's rules. Unknown parameters are rejected. */
export class Query {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Readonly<Record<string, string>>, allowed: readonly string[]) {
    const compared = allowed.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
    const names = new Set([
      ...allowed.filter((name) => !name.endsWith("*")),
      ...compared.flatMap((name) => [name, ...["gte", "gt", "lte", "lt"].map((by) => `${name}.${by}`)]),
      "apiKey",
    ]);
    for (const name of Object.keys(values)) {
      if (!names.has(name)) throw new Refusal(400, `Parameter '${name}' is not known.`);
    }
    this.#values = new Map(Object.entries(values));
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const given = this.text(name) ?? fallback;
    const found = choices.find((choice) => choice === given);
    if (found === undefined) throw new Refusal(400, `'${name}' must be one of ${choices.join(", ")}.`);
    return found;
  }

  flag(name: string, fallback: boolean): boolean {
    return this.choice(name, ["true", "false"], String(fallback) as "true" | "false") === "true";
  }

  whole(name: string, fallback: number, most: number): number {
    const given = this.text(name);
    if (given === undefined) return fallback;
    if (!/^\d+$/.test(given) || Number(given) < 1 || Number(given) > most) {
      throw new Refusal(400, `'${name}' must be a whole number from 1 to ${most}.`);
    }
    return Number(given);
  }

  /** Whether a value meets `name=`, `name.gte=` and so on; values are compared by the result of `order`. */
  passes(name: string, order: (value: string) => string | number = (value) => value): (value: string) => boolean {
    const tests: ((value: string | number) => boolean)[] = [];
    const add = (key: string, test: (value: string | number, limit: string | number) => boolean) => {
      const limit = this.text(key);
      if (limit !== undefined) tests.push((value) => test(value, order(limit)));
    };
    add(name, (value, limit) => value === limit);
    add(`${name}.gte`, (value, limit) => value >= limit);
    add(`${name}.gt`, (value, limit) => value > limit);
    add(`${name}.lte`, (value, limit) => value <= limit);
    add(`${name}.lt`, (value, limit) => value < limit);
    return (value) => tests.every((test) => test(order(value)));
  }
}

/** A calendar date. @throws {Refusal} For anything else. */
export function date(text: string): string {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text).toString();
  } catch {
    // Rejected below, like a text of another form.
  }
  throw new Refusal(400, `Could not parse the date '${text}'. Use YYYY-MM-DD.`);
}

/** Milliseconds of an instant, or of a date's midnight UTC. @throws {Refusal} For anything else. */
export function instant(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw new Refusal(400, `Could not parse the time '${text}'.`);
  return ms;
}

/** Part of a list, with a cursor for the rest in `next_url`. */
export interface Page<Row> {
  rows: Row[];
  /** Absent on the last page. */
  cursor?: string;
}

/** Rows from `offset` on. The cursor contains the query, since `next_url` has nothing else. */
export function page<Row>(all: readonly Row[], request: EndpointRequest, limit: number): Page<Row> {
  const end = request.offset + Math.min(limit, request.mostRows);
  const rows = all.slice(request.offset, end);
  if (end >= all.length) return { rows };
  const { apiKey: _left, ...query } = request.query;
  return { rows, cursor: btoa(JSON.stringify({ query, offset: end })).replaceAll("=", "") };
}

/** Decodes a cursor. @throws {Refusal} If it is invalid. */
export function readCursor(cursor: string): { query: Record<string, string>; offset: number } {
  try {
    const { query, offset } = JSON.parse(atob(cursor));
    if (typeof query === "object" && query !== null && Number.isInteger(offset)) return { query, offset };
  } catch {
    // Rejected below.
  }
  throw new Refusal(400, "The cursor cannot be read.");
}

/** A request with its cursor decoded. */
export interface EndpointRequest {
  /** Parameters in the path, e.g. the ticker. */
  path: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  offset: number;
  /** Maximum number of rows of a page, for any limit. */
  mostRows: number;
}

/** Response of an endpoint before status, request id and faults. */
export interface EndpointAnswer {
  body: Record<string, unknown> | unknown[];
  cursor?: string;
}
