import { type AnyAsset, type Filter, InvalidRequestError, type Operator, operators } from "../engine/mod.ts";
import { singleValues } from "./validation.ts";

/** Description of the parameter `as_of`, a name that is also that of a column of most selections and signals. */
export const asOfDescription =
  "A materialization, or a time: the version current then; the latest by default. A column of this name is filtered as `as_of.eq`";

/**
 * Does work with the version that `as_of` names. A refusal says how the column of this name is filtered, if the asset has one: it
 * may have been meant.
 *
 * @throws {InvalidRequestError}
 */
export async function withVersion<T>({ schema }: AnyAsset, asOf: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const faulty = error instanceof InvalidRequestError && error.issues.some(({ path }) => path === "as_of");
    if (!faulty || asOf === undefined || !schema.columns.some(({ name }) => name === "as_of")) throw error;
    const message =
      `${error.message} The parameter as_of selects the version: the column of this name is filtered as as_of.eq=${asOf}.`;
    throw new InvalidRequestError(message, [{ path: "as_of", message }]);
  }
}

/**
 * Divides query parameters into filters by column, `column=value` and `column.operator=value`, and those of the given names. A
 * column with one of these names is filtered as `name.eq`.
 *
 * @throws {InvalidRequestError} For an unknown operator.
 */
export function splitFilters(
  search: URLSearchParams,
  names: Readonly<Record<string, unknown>>,
): { filters: Filter[]; parameters: Record<string, string> } {
  const parameters = new URLSearchParams();
  const filters: Filter[] = [];
  for (const [name, value] of search) {
    if (Object.hasOwn(names, name)) {
      parameters.append(name, value);
      continue;
    }
    const dot = name.lastIndexOf(".");
    const column = dot < 0 ? name : name.slice(0, dot);
    const operator = dot < 0 ? "eq" : name.slice(dot + 1);
    if (!isOperator(operator)) {
      const message = `There is no operator "${operator}". The operators are: ${operators.join(", ")}.`;
      throw new InvalidRequestError(message, [{ path: name, message }]);
    }
    filters.push({ column, operator, value });
  }
  return { filters, parameters: singleValues(parameters) };
}

export function isOperator(name: string): name is Operator {
  return (operators as readonly string[]).includes(name);
}
