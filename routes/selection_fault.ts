import { SelectionError, UnknownAssetError } from "../engine/mod.ts";
import { Problem } from "./problems.ts";

/**
 * Does work with a selection from a body. If the selection names an asset or a group that does not exist, the fault is in the body:
 * the path exists.
 *
 * @param pathOf Path of the unknown asset's key, if it is not in the selection.
 * @throws {Problem} `invalid-selection`
 */
export async function withSelection<T>(
  work: () => Promise<T>,
  pathOf: (key: string) => string | undefined = () => undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SelectionError || error instanceof UnknownAssetError)) throw error;
    const path = (error instanceof UnknownAssetError ? pathOf(error.key) : undefined) ?? "selection";
    throw new Problem("invalid-selection", error.message, {
      errors: [{ path, message: error.message }],
      cause: error,
    });
  }
}
