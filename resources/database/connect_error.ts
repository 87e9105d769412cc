import { DatabaseLostError, DatabaseOpenError } from "./errors.ts";
import { type ServerAddress, URL_FORM } from "./server_address.ts";

/** Why a connection failed. */
export function reasonOf(error: unknown): unknown {
  return error instanceof DatabaseLostError && error.cause !== undefined ? reasonOf(error.cause) : error;
}

export function connectError(
  { setting, text, hosts, database, user, connectTimeoutMs, tls }: ServerAddress,
  error: unknown,
): DatabaseOpenError {
  const cause = reasonOf(error);
  const said = cause instanceof Error ? cause.message : String(cause);
  const where = hosts.map((host) => "path" in host ? host.path : `${host.name} port ${host.port}`).join(" and ");
  const names = hosts.map((host) => "path" in host ? host.path : host.name).join(", ");
  const code = codeOf(cause);
  const why = (): string => {
    switch (code) {
      case "ECONNREFUSED":
        return `nothing listens on ${where}. Start the server, or correct host and port.`;
      case "ENOENT":
        return `there is no socket ${where}. Start the server, or correct the path.`;
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return `the host ${names} is not known. Correct the host name.`;
      case "CONNECT_TIMEOUT":
        return `${said} Correct host and port, or let the firewall pass.`;
      case "ETIMEDOUT":
      case "EHOSTUNREACH":
      case "ENETUNREACH":
        return `${where} did not answer within ${connectTimeoutMs / 1_000} s. ` +
          "Correct host and port, or let the firewall pass.";
      case "NO_TLS":
        return `the server does not offer TLS, which sslmode=${tls.mode} requires. ` +
          "Enable it there (ssl = on), or use sslmode=disable where the network is trusted.";
      case "NO_POSTGRES":
        return `the program on ${where} is not a PostgreSQL server. Correct host and port.`;
      case "28P01":
      case "28000":
        return /no encryption|SSL off/i.test(said)
          ? "the server requires TLS. Add sslmode=require, or verify-full to check its certificate."
          : `the server refuses user ${user ?? "(none given)"}. Correct user and password.`;
      case "3D000":
        return `there is no database ${database}. Create it (createdb ${database}) or correct the name.`;
      case "42501":
        return `user ${user} may not use database ${database}. Grant it CONNECT and CREATE.`;
      case "57P03":
        return "the server is still starting or shutting down. Try again in a moment.";
      case "53300":
        return "the server has no connection left. Raise max_connections or close other clients.";
    }
    if (/CERT|UNABLE_TO|SELF_SIGNED|ISSUER|TLS|SSL/i.test(code) || /certificate|handshake/i.test(said)) {
      return `the connection could not be secured (${said}). Set the certificate authority of the server by ` +
        "sslrootcert=PATH, or leave out channel_binding and use sslmode=require, which trusts any certificate.";
    }
    if (/statement pooling/i.test(said)) {
      return "it leads to a connection pooler in statement mode. Use the server's direct address, or session mode.";
    }
    const parameter = /unsupported startup parameter(?: in options)?: (\w+)/.exec(said)?.[1];
    if (parameter !== undefined) {
      return `the pooler does not accept the parameter ${parameter}. Leave it out, or add it to the pooler's ignore_startup_parameters.`;
    }
    const unrecognized = /unrecognized configuration parameter "([^"]*)"/.exec(said)?.[1];
    if (unrecognized !== undefined) {
      return `the server does not know the setting ${unrecognized} in options. Leave it out.`;
    }
    return `${said}. ${URL_FORM}`;
  };
  return new DatabaseOpenError(`${setting} ${text} cannot be opened: ${why()}`, { cause });
}

/** The code of an error: the server's, the driver's or the operating system's. */
export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
