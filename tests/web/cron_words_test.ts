import assert from "node:assert/strict";
import { cronInWords } from "../../web/cron_words.ts";

Deno.test("cronInWords() says when a schedule fires", () => {
  for (
    const [cron, words] of [
      ["30 18 * * 1-5", "at 18:30 from Monday to Friday"],
      ["0 */6 * * *", "every 6 hours"],
      ["10 */6 * * 1-5", "every 6 hours from Monday to Friday, 10 minutes past the hour"],
      ["5 7 * * *", "at 07:05 every day"],
      ["*/15 * * * 0", "every 15 minutes on Sunday"],
      ["0 9 * * 1,3,5", "at 09:00 on Monday, Wednesday and Friday"],
      ["0 0 1 * *", "at 00:00 on day 1 of every month"],
      ["10 * * * *", "at minute 10 of every hour every day"],
      ["* * * * *", "every minute every day"],
    ] as const
  ) assert.equal(cronInWords(cron), words, cron);
});

Deno.test("cronInWords() describes no expression that it would describe wrongly", () => {
  // Either day fires it, months are left out, lists and ranges of hours, seconds, names.
  for (
    const cron of ["0 0 1 * 1", "0 0 * 6 *", "0 9-17 * * *", "0,30 9 * * *", "0 0 9 * * *", "0 9 * * MON", "@daily", ""]
  ) {
    assert.equal(cronInWords(cron), null, cron);
  }
});
