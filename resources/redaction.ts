/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Shorter ones protect nothing, and taking them out would leave nothing to read. */
const shortestSecret = 6;

/** What gives access whatever its value is: what follows `Bearer` or `Basic` in a header, a token of Tandem's own, a password in an address. */
const forms: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/-]{6,}=*/gi, "$1 [redacted]"],
  [/\btandem_[A-Za-z0-9_-]{32,}/g, "tandem_[redacted]"],
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/"]{0,200}):[^\s@/"]{1,500}@/gi, "$1:[redacted]@"],
];

/**
 * Removes the given secrets, plain and in the encodings of JSON and addresses, and text in the form of a secret.
 *
 * @param secrets Values such as passwords and keys; those of less than six letters are left where they are.
 */
export function redactor(secrets: readonly string[]): Redact {
  const written = secrets.filter((secret) => secret.length >= shortestSecret).flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  // Longer ones first: one may be part of another.
  const values = [...new Set(written)].toSorted((a, b) => b.length - a.length);
  return (text) => {
    for (const value of values) text = text.replaceAll(value, "[redacted]");
    for (const [form, replacement] of forms) text = text.replace(form, replacement);
    return text;
  };
}

/**
 * What is secret in the value of a variable: of an address its user's password and what follows the host, which often is a token;
 * of anything else the whole.
 */
export function secretsIn(value: string): string[] {
  // Of several hosts, as PostgreSQL's addresses have them, the first is enough.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
    ? URL.parse(value) ?? URL.parse(value.replace(/^([^/]*\/\/(?:[^/?#]*@)?[^/?#@,]*),[^/?#@]*/, "$1"))
    : null;
  if (url === null) return [value];
  const path = /^https?:$/.test(url.protocol) ? url.pathname + url.search : url.search;
  return [
    ...(url.password === "" ? [] : [url.password, decoded(url.password)]),
    ...(path.length > 1 ? [path] : []),
    ...["password", "sslpassword"].flatMap((name) => url.searchParams.getAll(name)),
  ];
}

/** A text without percent-encoding; as it is where that is malformed. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
