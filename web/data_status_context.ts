import { createContext } from "hono/jsx";
import type { DataSource } from "../resources/market_data/data_source.ts";
import type { DataStatus } from "./data_status.ts";

/** What the frame of a page says of the data. */
export interface ShownData {
  /** Keys of all assets; `null` where they are not known. */
  keys: readonly string[] | null;
  /** `null` where it is not known. */
  source: DataSource | null;
  /** `unreadable` if it could not be read; `null` without a sign-in, when only the source's kind is shown. */
  status: DataStatus | "unreadable" | null;
}

/** Of the page that is made. */
export const ShownDataContext = createContext<ShownData>({ keys: null, source: null, status: null });
