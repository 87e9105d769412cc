import { cointegratedPairs } from "../assets/views.ts";
import {
  type Engine,
  equalTo,
  type Filter,
  namesText,
  type RunSummary,
  UnknownBackfillError,
  UnknownRunError,
} from "../engine/mod.ts";
import { clocks, themes } from "./preferences.ts";
import { pagesOf } from "./navigation.ts";
import { pairPath } from "./pair_path.ts";
import type { TickerDirectory } from "./ticker_directory.ts";
import { tickerPath } from "./ticker_path.ts";
import { findTickers } from "./ticker_search.ts";
import { nameWords } from "./ticker_words.ts";

/** Parts of the engine used by the palette. */
export type PaletteEngine =
  & Pick<Engine, "graph" | "read" | "newestDate" | "run" | "runs">
  & { backfills: Pick<Engine["backfills"], "get"> };

/** A page to open or an action to perform. */
export interface PaletteResult {
  /** Group of the list. */
  group: "Pages" | "Actions" | "Assets" | "Tickers" | "Pairs" | "Runs" | "Backfills";
  title: string;
  /** Text beside the title; may be empty. */
  detail: string;
  /** Address of the page; `null` for an action in place. */
  path: string | null;
  /** An action in place: set a preference, or materialize a selection. */
  act?: { name: "theme" | "clock" | "materialize"; value: string };
}

/** Maximum number of results per group; with seven groups this bounds the total. */
export const mostOfGroup = 6;
/** Longer texts are cut. */
export const longestQuery = 100;

/**
 * Results for a text by group, best match first; for an empty text pages and actions.
 *
 * @param directory All tickers; `null` if there are none.
 * @param mayOperate Whether to offer actions that start a run.
 *
 * Cost: one pass over the tickers, and two or three queries of a few rows.
 */
export async function searchPalette(
  engine: PaletteEngine,
  { query, directory, mayOperate }: { query: string; directory: TickerDirectory | null; mayOperate: boolean },
): Promise<PaletteResult[]> {
  const text = query.trim().slice(0, longestQuery);
  const words = nameWords(text.replaceAll("_", " "));
  const pages = pagesFound(engine, words);
  const actions = actionsFound(engine, { words, mayOperate });
  if (words.length === 0) return [...pages, ...actions];
  const [pairs, runs] = await Promise.all([
    pairsFound(engine, { text, directory }),
    numberedFound(engine, words),
  ]);
  const tickers = directory ? tickersFound(directory, text) : [];
  return [...runs, ...pages, ...tickers, ...pairs, ...assetsFound(engine, words), ...actions];
}

/** Whether each of the words is the beginning of a word of the title. */
function begins(title: string, words: readonly string[]): boolean {
  const own = nameWords(title.replaceAll("_", " "));
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

function pagesFound({ graph }: PaletteEngine, words: readonly string[]): PaletteResult[] {
  const found = pagesOf(graph.keys).filter(({ title }) => begins(title, words));
  return found.map(({ title, path, group }) => ({ group: "Pages", title, detail: group, path }));
}

const themeTitles = { system: "as the system", light: "light", dark: "dark" } as const;
const clockTitles = { utc: "in UTC", exchange: "of the exchange", local: "of this computer" } as const;

function actionsFound(
  { graph }: PaletteEngine,
  { words, mayOperate }: { words: readonly string[]; mayOperate: boolean },
): PaletteResult[] {
  const preferences: PaletteResult[] = [
    ...themes.map((value) => ({ title: `Theme ${themeTitles[value]}`, act: { name: "theme" as const, value } })),
    ...clocks.map((value) => ({ title: `Times ${clockTitles[value]}`, act: { name: "clock" as const, value } })),
  ].map((action) => ({ ...action, group: "Actions", detail: "Preference", path: null }));
  const actions: PaletteResult[] = mayOperate
    ? [
      {
        group: "Actions",
        title: "Materialize stale assets",
        detail: "Starts a run",
        path: null,
        act: { name: "materialize", value: "*" },
      },
      { group: "Actions", title: "Start a backfill", detail: "Opens the form", path: "/backfills" },
    ]
    : [];
  const [first, ...rest] = words;
  // The page shows the plan before anything runs.
  const planned = mayOperate && first !== undefined && rest.length > 0 && begins("Materialize", [first])
    ? graph.producers.filter(({ key, asset }) => !asset.external && begins(key, rest))
    : [];
  return [
    ...planned.slice(0, mostOfGroup).map(({ key }): PaletteResult => ({
      group: "Actions",
      title: `Materialize ${key}`,
      detail: "Opens the plan",
      path: `/assets/${key}?scope=this#materialize`,
    })),
    ...[...actions, ...preferences].filter(({ title }) => begins(title, words)),
  ];
}

function assetsFound({ graph }: PaletteEngine, words: readonly string[]): PaletteResult[] {
  const whole = words.join("_");
  const rank = (key: string) => key === whole ? 0 : key.startsWith(whole) ? 1 : begins(key, words) ? 2 : 3;
  return graph.assets.filter(({ key }) => rank(key) < 3 || key.includes(whole))
    .sort((a, b) => rank(a.key) - rank(b.key))
    .slice(0, mostOfGroup)
    .map(({ key, description }) => ({ group: "Assets", title: key, detail: description, path: `/assets/${key}` }));
}

function tickersFound(directory: TickerDirectory, text: string): PaletteResult[] {
  return findTickers(directory, { text, size: 25, page: 1 }).slice(0, mostOfGroup).map((
    { ticker, name, active },
  ) => ({
    group: "Tickers",
    title: ticker,
    detail: [name ?? "", active ? "" : "delisted"].filter(Boolean).join(", "),
    path: tickerPath(ticker),
  }));
}

/** Tested pairs of the newest session with one ticker, or with two separated by a blank or slash. */
async function pairsFound(
  engine: PaletteEngine,
  { text, directory }: { text: string; directory: TickerDirectory | null },
): Promise<PaletteResult[]> {
  if (!engine.graph.keys.includes(cointegratedPairs.key)) return [];
  const symbols = text.toUpperCase().split(/[\s/,]+/).filter(Boolean);
  if (symbols.length > 2) return [];
  const [firsts, seconds = firsts] = symbols.map((symbol) => symbolsLike(directory, symbol));
  if (!firsts?.length || !seconds?.length) return [];
  const asOf = await engine.newestDate(cointegratedPairs.key);
  if (asOf === null) return [];
  const among = <Leg extends string>(column: Leg, symbols: readonly string[]): Filter<Leg> => {
    return { column, operator: "in", value: namesText(symbols) };
  };
  const read = async (...legs: Filter<"ticker_1" | "ticker_2">[]) => {
    const { rows } = await engine.read(cointegratedPairs, {
      filters: [...equalTo({ as_of: asOf }), ...legs],
      fields: ["ticker_1", "ticker_2", "accepted"],
      order: ["-accepted", "engle_granger_p_value"],
      limit: mostOfGroup,
    });
    return rows;
  };
  const found = symbols.length === 2
    ? await Promise.all([
      read(among("ticker_1", firsts), among("ticker_2", seconds)),
      read(among("ticker_1", seconds), among("ticker_2", firsts)),
    ])
    : await Promise.all([read(among("ticker_1", firsts)), read(among("ticker_2", firsts))]);
  const pairs = new Map(found.flat().map((row) => [`${row.ticker_1} / ${row.ticker_2}`, row]));
  return [...pairs].sort(([, a], [, b]) => Number(b.accepted) - Number(a.accepted)).slice(0, mostOfGroup).map((
    [title, row],
  ) => ({
    group: "Pairs",
    title,
    detail: row.accepted ? "accepted" : "tested, not accepted",
    path: pairPath(row.ticker_1, row.ticker_2),
  }));
}

/** Symbols equal to a text or starting with it, shortest first; the text itself if the symbols are unknown. */
function symbolsLike(directory: TickerDirectory | null, symbol: string): string[] {
  if (!directory) return [symbol];
  const like = directory.entries.map(({ ticker }) => ticker).filter((ticker) =>
    ticker.toUpperCase().startsWith(symbol)
  );
  return like.sort((a, b) => a.length - b.length).slice(0, 20);
}

/** Runs and backfills by id, and the newest runs for the word `run`. */
async function numberedFound(engine: PaletteEngine, words: readonly string[]): Promise<PaletteResult[]> {
  const [number, ...rest] = words.toSorted((a, b) => Number(isNumber(b)) - Number(isNumber(a)));
  if (rest.length > 1) return [];
  const kind = rest[0] ?? "";
  if (!isNumber(number!)) {
    if (words.length > 1 || number!.length < 3 || !"runs".startsWith(number!)) return [];
    return (await engine.runs({ limit: mostOfGroup })).map(runResult);
  }
  const id = Number(number);
  const [run, backfill] = await Promise.all([
    "runs".startsWith(kind) ? engine.run(id).catch(unlessUnknown) : null,
    "backfills".startsWith(kind) ? engine.backfills.get(id).catch(unlessUnknown) : null,
  ]);
  return [
    ...run ? [runResult(run)] : [],
    ...backfill
      ? [{
        group: "Backfills" as const,
        title: `Backfill ${id}`,
        detail: `${backfill.status}, ${backfill.selection}`,
        path: `/backfills/${id}`,
      }]
      : [],
  ];
}

function isNumber(word: string): boolean {
  return /^[1-9]\d{0,14}$/.test(word);
}

function runResult(
  { id, status, selection, finishedAt }: Pick<RunSummary, "id" | "status" | "selection" | "finishedAt">,
): PaletteResult {
  const detail = [status, selection, finishedAt?.slice(0, 10)].filter(Boolean).join(", ");
  return { group: "Runs", title: `Run ${id}`, detail, path: `/runs/${id}` };
}

function unlessUnknown(error: unknown): null {
  if (error instanceof UnknownRunError || error instanceof UnknownBackfillError) return null;
  throw error;
}
