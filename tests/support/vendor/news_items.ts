import { drawsOf, type Instrument } from "./instruments.ts";

/** An article in the vendor's form. */
export interface NewsItem {
  id: string;
  publisher: { name: string; homepage_url?: string; logo_url?: string };
  title: string;
  author: string | null;
  published_utc: string;
  article_url: string;
  tickers: string[];
  description?: string | null;
  keywords?: string[];
  image_url?: string;
  amp_url?: string;
  insights?: unknown[];
}

const NEWS_KIND = 5;
const SHARE_OF_SESSIONS = 0.04;

/** Articles of a session, about one instrument in twenty-five. */
export function newsOfSession(
  seed: number,
  instruments: readonly Instrument[],
  session: string,
  index: number,
): NewsItem[] {
  const found: NewsItem[] = [];
  for (const instrument of instruments) {
    if (!instrument.listed || session < instrument.listedOn) continue;
    if (instrument.delistedOn !== null && session >= instrument.delistedOn) continue;
    const draws = drawsOf(seed, instrument, NEWS_KIND);
    if (draws.uniform(3 * index) >= SHARE_OF_SESSIONS) continue;
    const { ticker, stream } = instrument;
    const opening = Temporal.PlainDateTime.from(`${session}T09:00`).toZonedDateTime("America/New_York");
    const published = opening.add({ seconds: draws.integer(3 * index + 1, 7 * 3600) }).toInstant();
    const id = `${stream.toString(16).padStart(6, "0")}${index.toString(16).padStart(6, "0")}`;
    const other = instruments[draws.integer(3 * index + 2, instruments.length)]!.ticker;
    found.push({
      id,
      publisher: { name: "Double Wire", homepage_url: "https://wire.example/", logo_url: "https://wire.example/l.svg" },
      title: `What moved ${ticker} on ${session}`,
      author: stream % 3 === 0 ? null : "A. Writer",
      published_utc: published.toString({ smallestUnit: "second" }),
      article_url: `https://wire.example/${id}`,
      tickers: stream % 2 === 0 && other !== ticker ? [ticker, other] : [ticker],
      ...(stream % 4 === 1 ? { description: null } : stream % 4 === 2 ? {} : { description: `About ${ticker}.` }),
      ...(stream % 2 === 0 ? { keywords: ["markets"], insights: [{ ticker, sentiment: "neutral" }] } : {}),
    });
  }
  return found;
}
