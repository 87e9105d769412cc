import { isIP } from "node:net";
import { DatabaseOpenError } from "./errors.ts";
import { decoded } from "../redaction.ts";

/** Address of one server: a TCP port, or the path of a Unix socket. */
export type ServerHost = { name: string; port: number } | { path: string };

/** Security of the connection, in the terms of PostgreSQL's own `sslmode`. */
export interface TlsSettings {
  mode: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** PEM of the authorities to trust instead of the default ones. */
  ca?: string;
  /** PEM of this client's own certificate and key. */
  cert?: string;
  key?: string;
  passphrase?: string;
}

/** Parsed URL of a database. */
export interface ServerAddress {
  /** Name of the URL in errors. */
  setting: string;
  /** Tried in this order. */
  hosts: readonly ServerHost[];
  /** If undefined, the driver determines them (`PGPASSWORD`, the user of this process). */
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  tls: TlsSettings;
  /** Parameters of each session, sent at its start. */
  session: Record<string, string>;
  connectTimeoutMs: number;
  poolSize: number;
  prepare: boolean;
  /** For display: without user, password and parameters. */
  text: string;
}

export const URL_FORM = "It should look like postgres://user:password@host:5432/database.";

const DEFAULT_POOL_SIZE = 10;
const DEFAULT_CONNECT_TIMEOUT_S = 5;
const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

/** Parameters for other clients, or for settings that Tandem controls itself: ignored here, without loss. */
const PASSED_OVER = new Set([
  ...["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"],
  ...["fallback_application_name", "sslcompression", "sslsni", "load_balance_hosts", "gsslib", "krbsrvname"],
  ...["pgbouncer", "pool_timeout", "socket_timeout", "supa", "uselibpqcompat"],
]);

/**
 * Parses `postgres://user:password@host:5432/database?parameter=value`, with several hosts separated by commas, and with the
 * parameters of PostgreSQL's own clients and those that providers add.
 *
 * @param environment PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, PGSSLROOTCERT, PGAPPNAME, PGTARGETSESSIONATTRS and
 * PGOPTIONS are defaults for parts missing from the URL.
 * @param setting Name of the URL in errors.
 * @throws {DatabaseOpenError} If it is no such URL or requires something unsupported. The password is never shown.
 */
export function readServerAddress(
  databaseUrl: string,
  environment: (name: string) => string | undefined = Deno.env.get,
  setting = "DATABASE_URL",
): ServerAddress {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(databaseUrl);
  // The text is not shown: it may contain a password even if it is no URL.
  if (parts === null) throw new DatabaseOpenError(`${setting} is not a URL. ${URL_FORM}`);
  const [, scheme, login = "", hostList = "", path = "", query = ""] = parts;
  if (!/^postgres(ql)?$/i.test(scheme!)) {
    throw new DatabaseOpenError(`${setting} starts with ${scheme}:// where postgres:// is needed. ${URL_FORM}`);
  }
  const parameters = new Parameters(query, environment);
  const [loginName, loginPassword] = split(login, ":").map(decoded);
  const user = loginName || parameters.take("user") || environment("PGUSER") || undefined;
  const database = decoded(path) || parameters.take("dbname") || environment("PGDATABASE") || user;
  const hosts = readHosts(hostList, { parameters, environment, setting });
  const text = `postgres://${hosts.map(hostText).join(",")}/${database ?? ""}`;
  const refuse = (why: string): never => {
    throw new DatabaseOpenError(`${setting} ${text} cannot be used: ${why}`);
  };
  const address: ServerAddress = {
    setting,
    hosts,
    user,
    password: loginPassword || parameters.take("password") || environment("PGPASSWORD") || undefined,
    database,
    tls: readTls(parameters, { hosts, environment, refuse }),
    session: readSession(parameters, refuse),
    connectTimeoutMs:
      1_000 * parameters.whole("connect_timeout", { from: 0, to: 600, refuse }, DEFAULT_CONNECT_TIMEOUT_S) ||
      DEFAULT_CONNECT_TIMEOUT_S * 1_000,
    poolSize: parameters.whole("connection_limit", { from: 1, to: 100, refuse }, DEFAULT_POOL_SIZE),
    prepare: parameters.whole("statement_cache_size", { from: 0, to: 1_000_000, refuse }, 1) > 0,
    text,
  };
  checkServerChoice(parameters, refuse);
  const unknown = parameters.left().filter((name) => !PASSED_OVER.has(name));
  if (unknown.length > 0) {
    refuse(
      `the parameter ${
        unknown.join(", ")
      } is not known. Leave it out; a setting of the server's goes into options, as in ` +
        "options=-c%20statement_timeout%3D60000.",
    );
  }
  return address;
}

type Refuse = (why: string) => never;
type Environment = (name: string) => string | undefined;

/** The parameters of the URL; each must be consumed by a reader. */
class Parameters {
  readonly #values: Map<string, string>;

  constructor(query: string, private readonly environment: Environment) {
    this.#values = new Map(new URLSearchParams(query.replaceAll("+", "%2B")));
  }

  take(name: string, variable?: string): string | undefined {
    const value = this.#values.get(name) || undefined;
    this.#values.delete(name);
    return value ?? (variable === undefined ? undefined : this.environment(variable) || undefined);
  }

  whole(name: string, { from, to, refuse }: { from: number; to: number; refuse: Refuse }, fallback: number): number {
    const text = this.take(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    return refuse(`${name}=${text} is not a whole number from ${from} to ${to}.`);
  }

  left(): string[] {
    return [...this.#values.keys()];
  }
}

function readHosts(
  list: string,
  { parameters, environment, setting }: { parameters: Parameters; environment: Environment; setting: string },
): ServerHost[] {
  const ports = (parameters.take("port") ?? environment("PGPORT") ?? "5432").split(",");
  const given = list || parameters.take("host") || environment("PGHOST") || "localhost";
  return given.split(",").map((entry, i): ServerHost => {
    const folder = decoded(entry);
    if (folder.startsWith("/")) return { path: `${folder}/.s.PGSQL.${ports[i] ?? ports[0]}` };
    const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === undefined) throw new DatabaseOpenError(`${setting} has an invalid host. ${URL_FORM}`);
    const number = Number(port ?? ports[i] ?? ports[0]);
    if (!(number > 0 && number < 65_536)) {
      throw new DatabaseOpenError(`${setting} has a port that is not a number from 1 to 65535. ${URL_FORM}`);
    }
    return { name: decoded(name).replace(/^\[(.*)\]$/, "$1") || "localhost", port: number };
  });
}

function readTls(
  parameters: Parameters,
  { hosts, environment, refuse }: { hosts: readonly ServerHost[]; environment: Environment; refuse: Refuse },
): TlsSettings {
  // Connections within one machine do not use a network.
  const local = hosts.every((host) => "path" in host || /^(localhost|127\.[\d.]+|::1)$/.test(host.name));
  const said = parameters.take("sslmode") ?? parameters.take("ssl") ?? environment("PGSSLMODE") ??
    (local ? "disable" : "prefer");
  const alias: Record<string, string> = { true: "require", false: "disable", "no-verify": "require", allow: "prefer" };
  let mode = MODES.find((known) => known === (alias[said] ?? said)) ??
    refuse(`sslmode=${said} is not known. Use one of ${MODES.join(", ")}.`);
  const rootFile = parameters.take("sslrootcert", "PGSSLROOTCERT");
  if (rootFile === "system" || (rootFile !== undefined && mode === "require")) {
    // As PostgreSQL's own clients do.
    mode = rootFile === "system" ? "verify-full" : "verify-ca";
  }
  const binding = parameters.take("channel_binding");
  if (binding !== undefined && !["disable", "prefer", "require"].includes(binding)) {
    refuse(`channel_binding=${binding} is not known. Use disable, prefer or require, or leave it out.`);
  }
  // Both prevent a man-in-the-middle attack: this by the server's certificate, that by the password.
  if (binding === "require" && mode !== "verify-ca") mode = "verify-full";
  for (const name of ["sslcrl", "sslcrldir", "ssl_min_protocol_version", "ssl_max_protocol_version", "requirepeer"]) {
    if (parameters.take(name) !== undefined) refuse(`Tandem does not support ${name}. Leave it out.`);
  }
  const only = { sslnegotiation: ["postgres"], gssencmode: ["disable", "prefer"], require_auth: [] as string[] };
  for (const [name, allowed] of Object.entries(only)) {
    const value = parameters.take(name);
    if (value !== undefined && !allowed.includes(value)) {
      refuse(`Tandem does not support ${name}=${value}. Leave it out.`);
    }
  }
  const file = (name: string, path = parameters.take(name)) => path && readPem(name, path, refuse);
  return {
    mode,
    ...(rootFile !== undefined && rootFile !== "system" && { ca: file("sslrootcert", rootFile) }),
    cert: file("sslcert"),
    key: file("sslkey"),
    passphrase: parameters.take("sslpassword"),
  };
}

function readPem(name: string, path: string, refuse: Refuse): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return refuse(`${name}=${path} cannot be read (${why}). Give the path of a PEM file.`);
  }
}

function readSession(parameters: Parameters, refuse: Refuse): Record<string, string> {
  const schema = parameters.take("schema");
  if (schema !== undefined && schema !== "public") {
    refuse(`Tandem qualifies its schemas, so schema=${schema} would have no effect. Leave it out.`);
  }
  const encoding = parameters.take("client_encoding") ?? "UTF8";
  if (!/^(auto|utf-?8)$/i.test(encoding)) refuse(`client_encoding=${encoding} is not UTF8. Leave it out.`);
  const application = parameters.take("application_name", "PGAPPNAME");
  const options = parameters.take("options", "PGOPTIONS");
  return { ...(application && { application_name: application }), ...(options && { options }) };
}

/** Tandem writes: of several servers it uses the one that accepts writes, for any `target_session_attrs`. */
function checkServerChoice(parameters: Parameters, refuse: Refuse): void {
  const choice = parameters.take("target_session_attrs", "PGTARGETSESSIONATTRS");
  if (choice === undefined || ["any", "read-write", "primary"].includes(choice)) return;
  refuse(`Tandem writes, but target_session_attrs=${choice} may choose a read-only server. Use read-write.`);
}

export function hostText(host: ServerHost): string {
  if ("path" in host) return host.path;
  return `${isIP(host.name) === 6 ? `[${host.name}]` : host.name}:${host.port}`;
}

function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
