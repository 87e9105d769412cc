/** What values of variables may look like, beyond what a schema says by itself. */
import { Cron } from "croner";
import { parseAllowList } from "../access/allow_list.ts";
import { parseUniverse } from "../resources/market_data/universe.ts";

/** Whether it can be read and fires some day: `0 0 30 2 *` does not. */
export function isCron(text: string): boolean {
  try {
    return new Cron(text, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

export function isUniverse(text: string): boolean {
  try {
    parseUniverse(text);
    return true;
  } catch {
    return false;
  }
}

export function isAllowList(text: string): boolean {
  try {
    parseAllowList(text);
    return true;
  } catch {
    return false;
  }
}

/** Origins as browsers send them: scheme, name and port where it is not the usual one, and nothing behind. */
export function isOriginList(text: string): boolean {
  const origins = originsIn(text);
  return origins.length > 0 &&
    origins.every((origin) => isVendorAddress(origin) && URL.parse(origin)?.origin === origin && !origin.includes("*"));
}

/** The entries of a list that is separated by commas. */
export function originsIn(text: string): string[] {
  return [...new Set(text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== ""))];
}

/** Browsers keep the cookie of a session for TLS and for this machine alone. */
export function isPublicAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.pathname === "/" && isVendorAddress(text);
}

export function isIssuer(text: string): boolean {
  return isVendorAddress(text) && !text.endsWith("/");
}

/** Over plain HTTP a key can be read on its way; on this machine there is no way. */
export function isVendorAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}

/** Whether an address is this machine's own, so that no other machine reaches it. */
export function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname === "[::1]" || hostname === "localhost" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
