/**
 * The pause that a `Retry-After` header asks for, in milliseconds, or `null` where there is none that can be read.
 *
 * @param header Seconds, or an HTTP date; a date that has passed asks for no pause.
 * @param now What time it is.
 *
 * Source: RFC 9110, section 10.2.3.
 */
export function retryAfterMs(header: string | null, now: Temporal.Instant): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // All forms of an HTTP date begin with the day of the week; Date.parse alone would take much else.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.epochMilliseconds);
}
