/** Validation of values of variables, beyond their schemas. */
import { Cron } from "croner";
import { parseAllowList } from "../access/allow_list.ts";
import { parseUniverse } from "../resources/market_data/universe.ts";

/** Whether the expression is valid and fires on some day: `0 0 30 2 *` never does. */
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

/** Origins as sent by browsers: scheme, host and port unless it is the default one, and nothing after them. */
export function isOriginList(text: string): boolean {
  const origins = namesIn(text);
  return origins.length > 0 &&
    origins.every((origin) => isVendorAddress(origin) && URL.parse(origin)?.origin === origin && !origin.includes("*"));
}

/** The entries of a comma-separated list, each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(",").map((entry) => entry.trim()).filter((entry) => entry !== ""))];
}

/** Whether rows can be kept there: a path, or an address of an object store with a bucket. */
export function isRowFilePlace(text: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(\/[^?#]*)?$/.test(text);
}

/** Whether it can be the address of an object store. A store in the same network may have no certificate. */
export function isStoreAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" &&
    url.search === "" && url.hash === "";
}

/** Browsers keep a session cookie only over TLS or for this machine. */
export function isPublicAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.pathname === "/" && isVendorAddress(text);
}

export function isIssuer(text: string): boolean {
  return isVendorAddress(text) && !text.endsWith("/");
}

/** Over plain HTTP a key can be intercepted on the network; within this machine it cannot. */
export function isVendorAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local);
}

/** Whether an address is this machine's own, which no other machine can reach. */
export function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname === "[::1]" || hostname === "localhost" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
