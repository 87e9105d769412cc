import { createContext } from "hono/jsx";
import type { DataSource } from "../resources/market_data/data_source.ts";
import type { DataStatus } from "./data_status.ts";

/** What the frame of a page says of the data. */
export interface ShownData {
  /** Keys of all assets; `null` where they are not known. */
  keys: readonly string[] | null;
  /** `null` where it is not known. */
  source: DataSource | null;
  /** `unreadable` where it could not be read; `null` for who is not signed in, who is told no more than the source's kind. */
  status: DataStatus | "unreadable" | null;
}

/** Of the page that is made. */
export const ShownDataContext = createContext<ShownData>({ keys: null, source: null, status: null });
