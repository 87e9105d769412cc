/**
 * The pause of a `Retry-After` header in milliseconds; `null` for a missing or unreadable header.
 *
 * @param header Seconds, or an HTTP date; for a past date the pause is 0.
 * @param now The current time.
 *
 * Source: RFC 9110, section 10.2.3.
 */
export function retryAfterMs(header: string | null, now: Temporal.Instant): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // All forms of an HTTP date start with the day of the week; Date.parse alone would accept many other texts.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.epochMilliseconds);
}
