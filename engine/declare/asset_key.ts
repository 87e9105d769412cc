import { DefinitionError } from "../errors.ts";

/** @throws {DefinitionError} If the key cannot name a table and a path. */
export function checkKey(key: string): void {
  if (/^[a-z][a-z0-9_]{0,54}$/.test(key)) return;
  throw new DefinitionError(`The key "${key}" must be in snake_case and at most 55 letters: it names a table.`);
}
