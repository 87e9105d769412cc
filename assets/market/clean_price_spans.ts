import { z } from "zod";
import { keepVersions } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";
import { fewFilled } from "./coverage_checks.ts";

export const CleanPriceSpan = z.object({
  ticker: z.string().min(1),
  first_session: z.iso.date().nullable().describe("Of its first close in a session that counts; null without one"),
  last_session: z.iso.date().nullable().describe("Of its last one"),
  last_close: z.number().positive().nullable().describe("USD, adjusted for splits, in that session"),
  sessions: z.int().min(0).describe(
    "Sessions from the first close to the last, or to the newest with a rule that repeats it",
  ),
  closes: z.int().min(0).describe("Closes in these sessions; the others are filled in"),
  dropped: z.string().nullable().describe("Why clean_prices leaves it out; null if it does not"),
});

/** Where each ticker has closes, and why it is in `clean_prices` or not: what that table is carried on from. */
export const cleanPriceSpans = assetOut({
  key: "clean_price_spans",
  module: import.meta,
  group: "market",
  layer: "silver",
  description:
    "First and last close of each ticker, the number of gaps between them, and why clean_prices leaves it out.",
  row: CleanPriceSpan,
  primaryKey: ["ticker"],
  retention: keepVersions(1),
  checks: [fewFilled()],
});
