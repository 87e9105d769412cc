/** Limits that keep one caller from exhausting shared resources. @module */
import type { Logger } from "../../engine/mod.ts";
import type { Database } from "../../resources/database/mod.ts";
import { databaseTurns, leasedRates } from "../../resources/rate_limit/mod.ts";
import type { Proxies } from "./client_address.ts";
import { requestPolicies, type RequestRates, requestRates } from "./request_rates.ts";

/**
 * The rate limits of requests, shared by all processes on the database.
 *
 * @returns `undefined` if `rateLimitPerMinute` is `undefined`: no limit.
 */
export function requestRatesFrom(
  { rateLimitPerMinute, trustedProxies }: Proxies & { rateLimitPerMinute: number | undefined },
  { database, logger }: { database: Pick<Database, "sql">; logger: Logger },
): RequestRates | undefined {
  if (rateLimitPerMinute === undefined) return undefined;
  const source = databaseTurns(database);
  return requestRates({
    addresses: leasedRates({ source, logger, others: "address:others" }),
    principals: leasedRates({ source, logger, others: "principal:others" }),
    policies: requestPolicies(rateLimitPerMinute),
    trustedProxies,
  });
}

export { type LastingServer, lastingServer } from "./lasting_server.ts";
export { requestPolicies, type RequestRates, requestRates } from "./request_rates.ts";
