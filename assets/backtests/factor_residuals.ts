import { z } from "zod";
import { factorResidualDefaults as defaults } from "../../quant/mod.ts";

/** Settings of the strategy that trades residuals on principal components. */
export const FactorResidualsConfig = z.strictObject({
  factors: z.int().min(1).max(100).default(defaults.factors).describe(
    "Most principal components; never more than a quarter of the tickers",
  ),
  scoreSessions: z.int().min(20).max(1000).default(defaults.scoreSessions).describe(
    "Sessions over which a ticker's returns are regressed on the factors'",
  ),
  entryScore: z.number().gt(0).max(100).default(defaults.entryScore).describe("Entered beyond this s-score"),
  exitLongScore: z.number().min(0).max(100).default(defaults.exitLongScore).describe(
    "A long position is closed above minus this s-score",
  ),
  exitShortScore: z.number().min(0).max(100).default(defaults.exitShortScore).describe(
    "A short position is closed below this s-score",
  ),
  maxHalfLifeSessions: z.number().gt(0).max(1000).default(defaults.maxHalfLifeSessions).describe(
    "Residuals that revert more slowly are not entered",
  ),
  positionShare: z.number().gt(0).max(1).default(defaults.positionShare).describe(
    "Value of a position's ticker at entry, as a share of equity; its hedge comes on top",
  ),
}).superRefine(({ factors, scoreSessions, entryScore, exitLongScore, exitShortScore }, context) => {
  const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if (scoreSessions < factors + 10) wrong("scoreSessions", "must be at least factors + 10");
  if (exitLongScore >= entryScore) wrong("exitLongScore", "must be below entryScore");
  if (exitShortScore >= entryScore) wrong("exitShortScore", "must be below entryScore");
});
