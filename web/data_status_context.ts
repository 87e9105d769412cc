import { createContext } from "hono/jsx";
import type { DataSource } from "../resources/market_data/data_source.ts";
import type { DataStatus } from "./data_status.ts";

/** Data for the header of a page. */
export interface ShownData {
  /** Id of the event of the feed after which the page was read; left out if unknown. */
  feedPosition?: string;
  /** Keys of all assets; `null` if unknown. */
  keys: readonly string[] | null;
  /** `null` if unknown. */
  source: DataSource | null;
  /** `unreadable` if it could not be read; `null` without a sign-in, when only the source's kind is shown. */
  status: DataStatus | "unreadable" | null;
}

/** Of the page being rendered. */
export const ShownDataContext = createContext<ShownData>({ keys: null, source: null, status: null });
