import { type Filter, InvalidRequestError, type Operator, operators } from "../engine/mod.ts";
import { singleValues } from "./validation.ts";

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

function isOperator(name: string): name is Operator {
  return (operators as readonly string[]).includes(name);
}
