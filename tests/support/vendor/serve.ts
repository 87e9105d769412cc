/**
 * Serves the test double of the vendor: `deno task vendor`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { type FaultName, faultNames, startVendor } from "./mod.ts";

const USAGE = `deno task vendor [options]

  --port NUMBER        port on 127.0.0.1; any free one by default
  --tickers NUMBER     active ETFs on XNAS, 20 by default; other instruments come on top
  --sessions NUMBER    sessions of history, up to the last closed one, 250 by default
  --rate NUMBER        calls a minute; more get 429. No limit by default
  --fault NAME[:P]     a fault, of every call or of a share P of them; may be repeated
  --list-faults        names of the faults
`;

class UsageError extends Error {}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new UsageError(`--${name} is ${JSON.stringify(text)}: it must be a whole number from ${least} to ${most}.`);
  }
  return number;
}

/** Parses `too_many_requests:0.2` as name and probability. */
function faultOf(text: string): { name: FaultName; probability: number } {
  const [given, share = "1"] = text.split(":");
  const name = faultNames.find((known) => known === given);
  if (name === undefined) throw new UsageError(`Unknown fault ${given}. Known are ${faultNames.join(", ")}.`);
  const probability = Number(share);
  if (!(probability > 0 && probability <= 1)) {
    throw new UsageError(`--fault ${text}: the share must be above 0 and at most 1, such as ${name}:0.1.`);
  }
  return { name, probability };
}

async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: "string", default: "0" },
      tickers: { type: "string", default: "20" },
      sessions: { type: "string", default: "250" },
      rate: { type: "string" },
      fault: { type: "string", multiple: true, default: [] },
      "list-faults": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values["list-faults"]) return console.log(faultNames.join("\n"));
  const port = wholeNumber("port", values.port, 0, 65535);
  const tickers = wholeNumber("tickers", values.tickers, 1, 10_000);
  const sessions = wholeNumber("sessions", values.sessions, 1, 6_000);
  const callsPerMinute = values.rate === undefined ? undefined : wholeNumber("rate", values.rate, 1, 1_000_000);
  const faults = values.fault.map(faultOf);

  const now = Temporal.Now.instant();
  const to = nyse.lastClosedSession(now);
  const from = nyse.sessionsBetween(nyse.firstDate, to).at(-sessions)!;
  const vendor = await startVendor({ port, tickers, from, to, callsPerMinute });
  vendor.market.setNow(now);
  for (const { name, probability } of faults) vendor.faults.set(name, { probability });

  console.log(`The vendor's double serves ${vendor.url}: sessions ${from} to ${to}, ${tickers} ETFs on XNAS and others.

  curl -H 'Authorization: Bearer ${vendor.apiKey}' '${vendor.url}/v2/aggs/grouped/locale/us/market/stocks/${to}?adjusted=false'
  MARKET_DATA=polygon POLYGON_URL=${vendor.url} POLYGON_API_KEY=${vendor.apiKey} POLYGON_CALLS_PER_MINUTE=${
    callsPerMinute ?? 60_000
  } deno task start

Ctrl-C stops it.`);
  const clock = setInterval(() => vendor.market.setNow(Temporal.Now.instant()), 60_000);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => resolve());
  });
  clearInterval(clock);
  await vendor.close();
}

try {
  await serve(Deno.args);
  Deno.exit(0);
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!(error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS") || error instanceof Deno.errors.AddrInUse)) {
    throw error;
  }
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  Deno.exit(2);
}
