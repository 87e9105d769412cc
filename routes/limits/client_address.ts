import type { Context } from "hono";

/** Configuration of trusted proxies. */
export interface Proxies {
  /**
   * Number of trusted proxies. Each appends the address of its peer to `X-Forwarded-For`; entries before theirs come from the
   * client and are not trusted.
   */
  trustedProxies: number;
}

/**
 * Client of a request for limits: an IPv4 address, or the /64 of an IPv6 address, which is the range of one customer. `unknown`
 * if the server does not provide it, as in tests without a port.
 */
export function clientAddress(c: Context, proxies: Proxies): string {
  return addressGroup(fullAddress(c, proxies)) ?? "unknown";
}

/** The full client address of a request, for logs and audit events; `undefined` if the server does not provide it. */
export function fullAddress(c: Context, { trustedProxies }: Proxies): string | undefined {
  if (trustedProxies > 0) {
    const hops = (c.req.header("X-Forwarded-For") ?? "").split(",").map((hop) => hop.trim()).filter((hop) =>
      hop !== ""
    );
    // Fewer entries than proxies: one proxy was bypassed, and only its own entry can be used.
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

/** Parses an address as proxies write it, `1.2.3.4:567` and `[::1]:567` included; `undefined` for anything else. */
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
  // The parser normalizes it, with at most one `::`.
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

/** Deno passes the address to the request handler; Hono keeps it in the environment. */
function socketAddress(c: Context): string | undefined {
  const { remoteAddr } = (c.env ?? {}) as { remoteAddr?: Partial<Deno.NetAddr> };
  return remoteAddr?.hostname;
}
