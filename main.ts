/**
 * Pairs trading as a project of Tandem: its assets, when they are made, and what they read of the outside world.
 *
 * @module
 */
import { heldRows } from "./assets/imported/held_rows.ts";
import { importedMarket } from "./assets/imported/imported_market.ts";
import { wasImported, withImportedPairs } from "./assets/imported/imported_state.ts";
import { importedKeys } from "./assets/imported/imported_keys.ts";
import { readOriginal } from "./assets/imported/original/read_original.ts";
import type { ImportResources, PendingImport } from "./assets/imported/resources.ts";
import { lossOfHistory, lossText } from "./assets/imported/source_change.ts";
import { PairsByHand } from "./assets/backtests/pair_by_hand.ts";
import { asksForGroups, assetsOf } from "./assets/of_source.ts";
import { withPinnedTested } from "./assets/pairs/pinned_pairs.ts";
import { presets } from "./assets/presets.ts";
import type { Resources } from "./assets/resources.ts";
import type { VendorResources } from "./assets/polled/vendor_resources.ts";
import { defaultHistoryFrom } from "./assets/polled/history.ts";
import { messageOf } from "./engine/mod.ts";
import type { Database } from "./resources/database/mod.ts";
import { calendarFrom, type SourceCalendar } from "./resources/exchange_calendar/mod.ts";
import {
  dataSourceOf,
  type MarketData,
  marketDataFrom,
  type MarketVendor,
  vendorFrom,
} from "./resources/market_data/mod.ts";
import { OriginalDataError } from "./resources/original/mod.ts";
import { FileStoreError } from "./resources/row_files/mod.ts";
import { serviceProbe } from "./resources/service_probe.ts";
import { trialsByHand } from "./resources/trials_by_hand.ts";
import { schedules } from "./schedules/mod.ts";
import {
  ConfigurationError,
  type Environment,
  ImportError,
  type OpenedDatabase,
  type Project,
  type ProjectContext,
  type ProjectImports,
  tandem,
} from "./service/mod.ts";

/** @throws {ConfigurationError} If the environment names a calendar or a market that cannot be had. */
async function pairsTrading(environment: Environment): Promise<Project> {
  const calendar = await readCalendar(environment.calendar);
  const source = dataSourceOf(environment.marketData);
  const isVendor = source.kind === "vendor";
  const kind = isVendor ? "vendor" : "file";
  let market: MarketData | null = null;
  let vendor: MarketVendor | null = null;
  return {
    assets: assetsOf(kind),
    schedules: schedules(environment),
    config: presets[environment.preset],
    dataSource: source,
    // Read by SQL before the engine is open, by the import.
    inTables: [...importedKeys, "raw_tickers", "raw_ticker_details", "raw_news"],
    nextSession: (date) => calendar.nextSession(date),
    pairTrials: ({ engine, database }) =>
      new PairsByHand({ engine, record: trialsByHand(database), universe: barsOf(environment) }),
    async opened(opened) {
      market = isVendor ? null : marketOf(environment, opened);
      const imported = opened.pendingImport !== undefined || await wasImported(opened.database);
      await requireSameHistory(environment, { opened, market, imported });
      return {
        assets: assetsOf(kind, { imported, grouped: asksForGroups(opened.config) }),
        config: withPinnedTested(await withImportedPairs(opened.config, opened.database)),
      };
    },
    imports: importsOf(calendar),
    resources(context) {
      if (isVendor) vendor = vendorOf(environment, context);
      return resourcesFrom(environment, { context, market, vendor, calendar });
    },
    ...(isVendor && { vendorDelayMs: () => vendor!.nextCallInMs() }),
  };
}

/** A source that is read as a whole. */
function marketOf(
  { marketData }: Environment,
  { database, clock, firstUsedAt, runsSteps }: OpenedDatabase,
): MarketData {
  return marketData === "imported"
    ? importedMarket(database)
    : marketDataFrom(marketData, { clock, since: firstUsedAt, readsBars: runsSteps });
}

/** @throws {ConfigurationError} If bars would be dropped, or mixed with invented ones, without a word. */
async function requireSameHistory(
  { marketData }: Environment,
  { opened: { database, replace, logger, pendingImport, rowFiles }, market, imported }: {
    opened: OpenedDatabase;
    market: MarketData | null;
    imported: boolean;
  },
): Promise<void> {
  const source = dataSourceOf(marketData);
  const pending = pendingImport as PendingImport | undefined;
  if (imported && source.kind === "simulated" && !pending) {
    throw new ConfigurationError(
      "MARKET_DATA: simulated bars would be mixed with the imported bars of this database. " +
        "Set it to imported, or to a source of real bars, which are joined with the imported ones.",
    );
  }
  if (!imported && source.name === "imported") {
    throw new ConfigurationError(
      "MARKET_DATA: imported is set, but nothing has been imported yet: run `deno task import`.",
    );
  }
  const loss = await lossOfHistory(database, {
    source,
    id: market?.id ?? source.name,
    // Imported bars stay with every source.
    market: source.name === "imported" ? null : market,
    pending: pending?.rows.bars,
    rowFiles,
  }).catch((error) => {
    if (error instanceof FileStoreError) throw new ConfigurationError(`ROW_FILES: ${error.message}`, { cause: error });
    throw new ConfigurationError(
      `MARKET_DATA: ${source.label} is a new source, and its bars cannot be read: ${messageOf(error)}`,
    );
  });
  if (loss === null) return;
  const text = lossText(loss, source.label);
  if (!replace) throw new ConfigurationError(text);
  logger.warn(`Replacing, because of --replace. ${text}`);
}

/** How data come along from the services that Tandem replaces. */
function importsOf(calendar: SourceCalendar): ProjectImports {
  const refusing = async <T>(reading: Promise<T>): Promise<T> => {
    return await reading.catch((error) => {
      throw error instanceof OriginalDataError ? new ImportError(error.message, { cause: error }) : error;
    });
  };
  return {
    keys: importedKeys,
    async read(from, now) {
      const today = now.toZonedDateTimeISO(calendar.timeZone).toPlainDate().toString();
      const faultOfDate = (date: string) => date > today ? "is dated after today" : calendar.faultOf(date);
      const { pending, ...found } = await refusing(readOriginal(from, { faultOfDate }));
      return { pending, report: { from: pending.from, ...found } };
    },
    async held(database: Database) {
      const pending = await refusing(heldRows(database));
      if (pending === null) throw new ImportError("This database holds no bars to keep.");
      return { pending, report: { from: pending.from, tables: [], absent: [], unknown: [], addresses: [] } };
    },
    next: ({ marketData }) =>
      (dataSourceOf(marketData).kind === "simulated"
        ? "Start the service with MARKET_DATA=imported, or with another source, which is joined with the imported bars."
        : "Start the service: its source is joined with the imported rows.") +
      " Restart a running service.",
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

/** Outside resources of the assets: a vendor that is queried call by call, or a source that is read as a whole. */
function resourcesFrom(
  environment: Environment,
  { context, market, vendor, calendar }: {
    context: ProjectContext;
    market: MarketData | null;
    vendor: MarketVendor | null;
    calendar: SourceCalendar;
  },
): (Resources | VendorResources) & ImportResources {
  const { database, firstUsedAt, states } = context;
  const shared = {
    calendar,
    barsOf: barsOf(environment),
    trialsByHand: trialsByHand(database),
    serviceProbe: serviceProbe({ database, dataDir: environment.dataDir, states }),
    pendingImport: context.pendingImport as PendingImport | undefined,
  };
  if (!vendor) return { marketData: market!, ...shared };
  const { universe, historyFrom = defaultHistoryFrom(firstUsedAt), newsFrom, barsAfterCloseMinutes } = environment;
  return { vendor, universe, historyFrom, newsFrom, barsAfterCloseMinutes, ...shared };
}

/** The source of bars; of a vendor also the instruments and the history that are asked for. */
function barsOf({ marketData, universe }: Environment): string {
  const { kind, label } = dataSourceOf(marketData);
  return kind === "vendor" ? `${label}, ${JSON.stringify(universe)}` : label;
}

async function readCalendar(setting: string): Promise<SourceCalendar> {
  try {
    return await calendarFrom(setting);
  } catch (error) {
    throw new ConfigurationError(`CALENDAR: ${messageOf(error)}`);
  }
}

if (import.meta.main) Deno.exit(await tandem(pairsTrading, Deno.args));
