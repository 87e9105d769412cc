import type { Context } from "hono";

/** Trusted information about the route of a request. */
export interface Proxies {
  /**
   * How many proxies stand in front, each of which adds the address that it was reached from to `X-Forwarded-For`. What is left of
   * these entries comes from the client and may be anything.
   */
  trustedProxies: number;
}

/**
 * Whom a request comes from, as limits count it: an IPv4 address, or the /64 of an IPv6 address, which is what one customer has.
 * `unknown` where the server does not say, as in tests that use no port.
 */
export function clientAddress(c: Context, proxies: Proxies): string {
  return addressGroup(fullAddress(c, proxies)) ?? "unknown";
}

/** The whole address that a request comes from, for logs and audit events; `undefined` where the server does not say. */
export function fullAddress(c: Context, { trustedProxies }: Proxies): string | undefined {
  if (trustedProxies > 0) {
    const hops = (c.req.header("X-Forwarded-For") ?? "").split(",").map((hop) => hop.trim()).filter((hop) =>
      hop !== ""
    );
    // Fewer than there are proxies: one of them was gone round, and only what it added itself is there.
    const client = hops.at(-Math.min(trustedProxies, hops.length));
    if (addressGroup(client) !== undefined) return client;
  }
  return socketAddress(c);
}

/** Whether the client speaks TLS with the server or the proxies in front of it. */
export function isSecure(c: Context, { trustedProxies }: Proxies): boolean {
  if (c.req.url.startsWith("https:")) return true;
  if (trustedProxies === 0) return false;
  const hops = (c.req.header("X-Forwarded-Proto") ?? "").split(",").map((hop) => hop.trim().toLowerCase());
  return hops.at(-Math.min(trustedProxies, hops.length)) === "https";
}

/** The address in text as proxies write it, `1.2.3.4:567` and `[::1]:567` included; `undefined` for what is none. */
export function addressGroup(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 80) return undefined;
  const bare = text.replace(/^\[([^\]]*)\](?::\d{1,5})?$/, "$1").replace(/^([\d.]+):\d{1,5}$/, "$1").replace(
    /%.*$/,
    "",
  );
  if (bare.includes(":")) return ipv6Group(bare);
  return ipv4(bare);
}

function ipv4(text: string): string | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number).join(".");
}

function ipv6Group(text: string): string | undefined {
  const url = URL.parse(`http://[${text}]/`);
  if (url === null) return undefined;
  // The parser writes it in one way only, with at most one `::`.
  const [head, tail] = url.hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head!.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const words = tail === undefined
    ? left
    : [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  const mapped = words.slice(0, 5).every((word) => word === "0") && words[5] === "ffff";
  if (mapped) {
    const [high, low] = [parseInt(words[6]!, 16), parseInt(words[7]!, 16)];
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  return `${words.slice(0, 4).join(":")}::/64`;
}

/** Deno tells the address to who handles requests; Hono keeps that as the environment. */
function socketAddress(c: Context): string | undefined {
  const { remoteAddr } = (c.env ?? {}) as { remoteAddr?: Partial<Deno.NetAddr> };
  return remoteAddr?.hostname;
}
