import { z } from "zod";
import { assetsWith, check, sessionDeadline } from "../../engine/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";

/** Content of {@link dated}, which tests change. */
export interface DatedWorld {
  sessions: string[];
  /** Thrown by its function, if set. */
  failure: Error | null;
  /** Whether its checks pass. */
  sound: { blocking: boolean; warning: boolean };
  /** Failing rows of the check with severity warning. */
  failingRows: object[];
}

export const datedWorld: DatedWorld = {
  sessions: [],
  failure: null,
  sound: { blocking: true, warning: true },
  failingRows: [],
};

const { asset } = assetsWith<unknown>();

/** Sessions due by 18:30 New York time on their day, with a blocking check and a warning one. */
export const dated = asset({
  key: "dated",
  group: "t",
  layer: "raw",
  description: "Sessions as they come.",
  row: z.object({ session: z.iso.date() }),
  primaryKey: ["session"],
  freshness: sessionDeadline({ calendar: nyse, by: "18:30", timeZone: "America/New_York", column: "session" }),
  checks: [
    check("sound", "It is sound.", () => ({ passed: datedWorld.sound.blocking, message: "a blocking check" })),
    check(
      "tidy",
      "It is tidy.",
      () => ({ passed: datedWorld.sound.warning, message: "a warning", failingRows: datedWorld.failingRows }),
      { severity: "warn" },
    ),
  ],
  source: () => Promise.resolve(datedWorld.sessions.join()),
  materialize() {
    if (datedWorld.failure) throw datedWorld.failure;
    return { rows: datedWorld.sessions.map((session) => ({ session })) };
  },
});

/** Resets the world for a test. */
export function resetDatedWorld(sessions: readonly string[]): void {
  Object.assign(datedWorld, {
    sessions: [...sessions],
    failure: null,
    sound: { blocking: true, warning: true },
    failingRows: [],
  });
}
