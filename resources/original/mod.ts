/** Data of the services that Tandem replaces, for import. @module */
import { originalFolder } from "./csv_folder.ts";
import { originalDatabase } from "./database.ts";
import type { OriginalData } from "./tables.ts";

export {
  type OriginalData,
  OriginalDataError,
  type OriginalTable,
  originalTables,
  type OriginalTableSpec,
} from "./tables.ts";

/**
 * Opens the database at an address (`postgres://…`) or the dumps in a folder.
 *
 * @throws {OriginalDataError} If it cannot be opened.
 */
export function openOriginal(from: string): Promise<OriginalData> {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(from) ? originalDatabase(from) : originalFolder(from);
}
