import { z } from "zod";

/** A parameter of an address: how its value is read and written. */
export interface Parameter<Value> {
  /** Its name in the address; the key of the value unless given. */
  name?: string;
  /** The default, which is never written. Without one an absent parameter is `undefined`. */
  standing?: Value;
  /** @returns `undefined` for an unreadable text. */
  read(text: string): Value | undefined;
  write(value: Value): string;
  /** Why a text cannot be read. @param shown Its beginning, in quotes. */
  problem(shown: string, text: string): string;
}

/** A parameter that has a value in every search. */
type Standing<Value> = Parameter<Value> & { standing: Value };

// deno-lint-ignore no-explicit-any
type Parameters = Record<string, Parameter<any>>;
type ValueOf<P> = P extends Parameter<infer Value> ? Value : never;

/** The values of an address by the keys of its parameters. Those without a default are optional. */
type Search<P> =
  & { -readonly [K in keyof P as P[K] extends Standing<unknown> ? K : never]: ValueOf<P[K]> }
  & { -readonly [K in keyof P as P[K] extends Standing<unknown> ? never : K]?: ValueOf<P[K]> };
export type SearchOf<A> = A extends Address<infer P> ? Search<P> : never;

/** The order of a table. */
export interface Sort<Column extends string = string> {
  column: Column;
  descending: boolean;
}

/** The address of a page whose parameters are validated: the same search always has the same address. */
export class Address<P extends Parameters> {
  constructor(readonly path: string, readonly parameters: P) {}

  /** Reads a search. An unreadable parameter takes its default, and `problems` has the reason under its name. */
  read(given: URLSearchParams): { search: Search<P>; problems: Map<string, string> } {
    const problems = new Map<string, string>();
    const search: Record<string, unknown> = {};
    for (const [key, parameter] of Object.entries(this.parameters)) {
      const { name = key, standing } = parameter;
      const text = given.get(name)?.trim();
      const value = text ? parameter.read(text) : undefined;
      if (text && value === undefined) problems.set(name, parameter.problem(`“${text.slice(0, 40)}”`, text));
      if (value !== undefined || standing !== undefined) search[key] = value ?? standing;
    }
    return { search: search as Search<P>, problems };
  }

  /**
   * The address of a search.
   *
   * @param more Parameters that are no part of the search, after it.
   * @param path Another page that takes the same parameters.
   */
  write(
    search: Search<P>,
    changes: Partial<Search<P>> = {},
    { more = {}, path = this.path }: { more?: Readonly<Record<string, string>>; path?: string } = {},
  ): string {
    const parameters = new URLSearchParams([...this.entries({ ...search, ...changes }), ...Object.entries(more)]);
    return parameters.size === 0 ? path : `${path}?${parameters}`;
  }

  /** The parameters of a search, without those at their default. */
  entries(search: Search<P>): [name: string, value: string][] {
    const values: Record<string, unknown> = search;
    return Object.entries(this.parameters).flatMap(([key, { name = key, standing, write }]): [string, string][] => {
      if (values[key] === undefined) return [];
      const text = write(values[key]);
      return standing !== undefined && write(standing) === text ? [] : [[name, text]];
    });
  }
}

/** Text, cut to `longest` characters. */
export function text({ longest = 100 }: { longest?: number } = {}): Parameter<string> {
  return { read: (text) => text.slice(0, longest), write: (text) => text, problem: () => "" };
}

export function oneOf<const Value extends string>(title: string, values: readonly Value[]): Parameter<Value> {
  return {
    read: (text) => values.find((value) => value === text),
    write: (value) => value,
    problem: (shown) => `${title} ${shown} is none of ${values.join(", ")}.`,
  };
}

/** @param words The words for true and false in the address. */
export function flag(title: string, words: readonly [string, string] = ["yes", "no"]): Parameter<boolean> {
  return {
    read: (text) => text === words[0] ? true : text === words[1] ? false : undefined,
    write: (value) => words[value ? 0 : 1],
    problem: (shown) => `${title} ${shown} is neither ${words[0]} nor ${words[1]}.`,
  };
}

/** Names from a list, separated by commas; unknown names are dropped. */
export function names(known: (name: string) => boolean): Standing<readonly string[]> {
  return {
    standing: [],
    read: (text) => text.split(",").filter(known),
    write: (names) => names.join(","),
    problem: () => "",
  };
}

export function number(
  title: string,
  { least = 0, most = Infinity, whole = false }: { least?: number; most?: number; whole?: boolean } = {},
): Parameter<number> {
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most.toLocaleString("en-US")}`;
  return {
    read(text) {
      const value = Number(text);
      return value >= least && value <= most && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))
        ? value
        : undefined;
    },
    write: String,
    problem: (shown) => `${title} ${shown} is not a ${whole ? "whole number" : "number"} ${range}.`,
  };
}

export function date(title: string): Parameter<string> {
  return {
    read: (text) => z.iso.date().safeParse(text).data,
    write: (date) => date,
    problem: (shown) => `${title} ${shown} is not a date such as 2024-01-31.`,
  };
}

/** `column` for ascending, `-column` for descending order. */
export function sort<const Column extends string>(columns: readonly Column[]): Parameter<Sort<Column>> {
  return {
    read(text) {
      const column = columns.find((name) => name === text.replace(/^-/, ""));
      return column === undefined ? undefined : { column, descending: text.startsWith("-") };
    },
    write: ({ column, descending }) => `${descending ? "-" : ""}${column}`,
    problem: (shown) => `The table cannot be sorted by ${shown}.`,
  };
}

/** The number of a page, from 1. */
export function page(): Standing<number> {
  return standing(1, number("Page", { least: 1, whole: true }));
}

/** Number of rows on a page. */
export function pageSize(sizes: readonly number[], usual: number): Standing<number> {
  return {
    standing: usual,
    read: (text) => sizes.find((size) => String(size) === text),
    write: String,
    problem: (shown) => `A page of ${shown} rows is none of ${sizes.join(", ")}.`,
  };
}

/** A parameter with its default. */
export function standing<Value>(value: NoInfer<Value>, parameter: Parameter<Value>): Standing<Value> {
  return { ...parameter, standing: value };
}

/** The same parameter under another name in the address. */
export function named<P extends { name?: string }>(name: string, parameter: P): P {
  return { ...parameter, name };
}
