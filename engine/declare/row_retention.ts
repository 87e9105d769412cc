/**
 * The versions of an asset's rows to keep. The current version always is, and so is any that running work may read.
 *
 * Versions share rows: a version costs the rows it changed. Records of materializations are kept for ever.
 */
export type RowRetention =
  | { readonly keep: "all" }
  | { readonly keep: "versions"; readonly versions: number }
  | { readonly keep: "days"; readonly days: number; readonly then: ThinnedTo | null };

/** One version a week (from Monday) or month, in UTC: the last one. */
export type ThinnedTo = "week" | "month";

/** Keeps every version: for assets with a history of interest, such as signals and choices. */
export const keepAll: RowRetention = { keep: "all" };

/**
 * Keeps the latest versions, including the current one: for assets that are made again in full each time.
 *
 * @param versions A whole number, 1 or more.
 * @throws {RangeError} If it is not.
 */
export function keepVersions(versions: number): RowRetention {
  requireCount(versions, "versions");
  return { keep: "versions", versions };
}

/**
 * Keeps the versions that were current in the last days, and of earlier ones none, or one a week or month.
 *
 * @param days A whole number, 1 or more.
 * @throws {RangeError} If it is not.
 */
export function keepDays(days: number, { then = null }: { then?: ThinnedTo | null } = {}): RowRetention {
  requireCount(days, "days");
  return { keep: "days", days, then };
}

function requireCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`A retention needs a whole number of ${what} from 1, got ${value}.`);
  }
}

/** The kept versions, as the end of a sentence: `the last 30 days`. */
export function retentionInWords(retention: RowRetention): string {
  switch (retention.keep) {
    case "all":
      return "all versions";
    case "versions":
      return retention.versions === 1 ? "the current version" : `the latest ${retention.versions} versions`;
    case "days": {
      const days = retention.days === 1 ? "the last day" : `the last ${retention.days} days`;
      return retention.then === null ? days : `${days}, and of each ${retention.then} before them the last`;
    }
  }
}

/** A version of an asset's rows, and when it became current. */
export interface KeptVersion {
  id: number;
  /** Milliseconds since 1970. */
  committedAt: number;
}

const dayMs = 86_400_000;

/**
 * The versions whose rows may be deleted.
 *
 * @param versions All versions kept now, ascending.
 * @param at.now Milliseconds since 1970.
 * @param at.neededSince Versions replaced after this moment are kept regardless of the retention: running work may read them.
 */
export function expiredVersions(
  versions: readonly KeptVersion[],
  retention: RowRetention,
  { now, neededSince }: { now: number; neededSince: number },
): number[] {
  if (retention.keep === "all") return [];
  const last = versions.length - 1;
  return versions.filter(({ committedAt }, i) => {
    const replacedAt = versions[i + 1]?.committedAt;
    if (replacedAt === undefined || replacedAt >= neededSince) return false;
    if (retention.keep === "versions") return i <= last - retention.versions;
    if (replacedAt >= now - retention.days * dayMs) return false;
    return retention.then === null || periodOf(committedAt, retention.then) === periodOf(replacedAt, retention.then);
  }).map(({ id }) => id);
}

/** Number of the week or month of a moment. */
function periodOf(at: number, period: ThinnedTo): number {
  // 1970 began on a Thursday.
  if (period === "week") return Math.floor((at / dayMs + 3) / 7);
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
