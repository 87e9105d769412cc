/**
 * Pairs trading as a project of Tandem: its assets, when they are made, and what they read of the outside world.
 *
 * @module
 */
import { assetsOf } from "./assets/of_source.ts";
import { presets } from "./assets/presets.ts";
import type { Resources } from "./assets/resources.ts";
import type { VendorResources } from "./assets/polled/vendor_resources.ts";
import { defaultHistoryFrom } from "./assets/polled/history.ts";
import { messageOf } from "./engine/mod.ts";
import { calendarFrom, type SourceCalendar } from "./resources/exchange_calendar/mod.ts";
import { dataSourceOf, marketDataFrom, type MarketVendor, vendorFrom } from "./resources/market_data/mod.ts";
import { serviceProbe } from "./resources/service_probe.ts";
import { schedules } from "./schedules/mod.ts";
import { ConfigurationError, type Environment, type Project, type ProjectContext, tandem } from "./service/mod.ts";

/** @throws {ConfigurationError} If the environment names a calendar or a market that cannot be had. */
async function pairsTrading(environment: Environment): Promise<Project> {
  const calendar = await readCalendar(environment.calendar);
  const isVendor = dataSourceOf(environment.marketData).kind === "vendor";
  let vendor: MarketVendor | null = null;
  return {
    assets: assetsOf(isVendor ? "vendor" : "file"),
    schedules: schedules(environment),
    config: presets[environment.preset],
    dataSource: dataSourceOf(environment.marketData),
    resources(context) {
      vendor = vendorOf(environment, context);
      return resourcesFrom(environment, { context, vendor, calendar });
    },
    ...(isVendor && { vendorDelayMs: () => vendor!.nextCallInMs() }),
  };
}

function vendorOf(environment: Environment, { database, clock, logger, instruments }: ProjectContext) {
  return vendorFrom(environment, {
    database,
    clock,
    logger,
    onCall({ kind, status, seconds }) {
      instruments.vendorCalls.add({ kind, status });
      instruments.vendorSeconds.observe({ kind }, seconds);
    },
  });
}

/** What the assets use of the outside world: a vendor that is asked call by call, or a source that is read as a whole. */
function resourcesFrom(
  environment: Environment,
  { context: { database, clock, firstUsedAt, states }, vendor, calendar }: {
    context: ProjectContext;
    vendor: MarketVendor | null;
    calendar: SourceCalendar;
  },
): Resources | VendorResources {
  const shared = { calendar, serviceProbe: serviceProbe({ database, dataDir: environment.dataDir, states }) };
  if (!vendor) return { marketData: marketDataFrom(environment.marketData, { clock, since: firstUsedAt }), ...shared };
  const { universe, historyFrom = defaultHistoryFrom(firstUsedAt), newsFrom, barsAfterCloseMinutes } = environment;
  return { vendor, universe, historyFrom, newsFrom, barsAfterCloseMinutes, ...shared };
}

async function readCalendar(setting: string): Promise<SourceCalendar> {
  try {
    return await calendarFrom(setting);
  } catch (error) {
    throw new ConfigurationError(`CALENDAR: ${messageOf(error)}`);
  }
}

if (import.meta.main) Deno.exit(await tandem(pairsTrading, Deno.args));
