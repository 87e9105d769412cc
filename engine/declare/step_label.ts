import { DefinitionError } from "../errors.ts";

/** Default label of steps that read from outside. */
export const sourceLabel = "source";

/** Form of a label. */
export const labelForm = /^[a-z][a-z0-9_-]{0,39}$/;

/** @throws {DefinitionError} If it does not have the form of a label. */
export function checkLabel(key: string, label: string | undefined): void {
  if (label === undefined || labelForm.test(label)) return;
  throw new DefinitionError(
    `The label "${label}" on which "${key}" runs is none: give it up to 40 of a-z, 0-9, "_" and "-", with a letter first.`,
  );
}
