import type { Child } from "hono/jsx";
import { count, counted, decimal, sessionChange, shortUsd } from "../figures.ts";
import type { PairDecision, SpreadLevels } from "../pair_decision.ts";
import { pairPath } from "../pair_path.ts";
import { type PairView, pairViewEntries } from "../pair_view.ts";
import type { TradingSettings } from "../pair_walk_forward.ts";
import { strategyTitle } from "../strategy_words.ts";
import { at } from "../time_axis.ts";

const width = 260;
const height = 58;
const [left, right] = [10, width - 10];
const track = { top: 22, height: 14 };

/** The spread's position between the levels at which the strategy acts. */
function ZGauge({ levels: { z, entryZ, exitZ, stopZ } }: { levels: SpreadLevels }) {
  const end = Math.max(3, 1.15 * (stopZ ?? 0), 1.5 * (entryZ ?? 0), Math.min(Math.abs(z), 8));
  const x = (value: number) => at(left + (right - left) * (value + end) / (2 * end));
  const zone = (from: number, to: number, kind: string) => (
    <rect class={kind} x={x(from)} y={track.top} width={at(x(to) - x(from))} height={track.height} />
  );
  const shown = Math.max(-end, Math.min(end, z));
  const ticks = [
    ...entryZ === null ? [] : [-entryZ, entryZ],
    ...stopZ === null ? [] : [-stopZ, stopZ],
  ];
  const parts = [
    ...entryZ === null ? [] : [`enters at ±${decimal(entryZ, 2)}`],
    ...exitZ === null ? [] : [`exits at ±${decimal(exitZ, 2)}`],
    ...stopZ === null ? [] : [`stops at ±${decimal(stopZ, 2)}`],
  ];
  return (
    <svg
      class="z-gauge"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Z-score ${decimal(z, 2)}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`}
    >
      {zone(-end, end, "track")}
      {entryZ !== null && zone(-(stopZ ?? end), -entryZ, "buy")}
      {entryZ !== null && zone(entryZ, stopZ ?? end, "sell")}
      {exitZ !== null && exitZ > 0 && zone(-exitZ, exitZ, "leave")}
      <line class="mean" x1={x(0)} x2={x(0)} y1={track.top - 3} y2={track.top + track.height + 3} />
      {ticks.map((value) => (
        <text x={x(value)} y={height - 6} text-anchor="middle" key={value}>{decimal(value, 1)}</text>
      ))}
      <text x={x(0)} y={height - 6} text-anchor="middle">0</text>
      <path class="needle" d={`M${x(shown)} ${track.top + 3}l-6 -11h12Z`} />
      <line class="needle" x1={x(shown)} x2={x(shown)} y1={track.top} y2={track.top + track.height} />
    </svg>
  );
}

export interface DecisionStripProps {
  tickers: readonly [string, string];
  decision: PairDecision;
  view: PairView;
  /** Strategy of the signal; `null` if no strategy trades the pair. */
  strategy: string | null;
  settings: TradingSettings | null;
  /** The session in which an order fills; `null` if the calendar has none. */
  nextSession: string | null;
}

/** Signal and position of a pair, with the reason. */
export function DecisionStrip({ tickers, decision, view, strategy, settings, nextSession }: DecisionStripProps) {
  const { state, signal, session, why, levels, position, target, open, halfLife, timeStopSessions } = decision;
  return (
    <section id="decision" class={`decision ${state}`} aria-labelledby="decision-title" data-live>
      <div class="decision-signal">
        <h2 id="decision-title">
          {session === null ? "Signal" : `Signal at the ${session} close`}
        </h2>
        <p class="signal">{signal}</p>
        <p class="why">{why}</p>
        {strategy !== null && <p class="faint">Strategy: {strategyTitle(strategy)}</p>}
      </div>
      <div class="decision-gauge">
        <h3>Z-score</h3>
        {levels === null ? <p class="faint">No formation gives the mean and deviation of the spread.</p> : (
          <>
            <p class="z">{decimal(levels.z, 2)}</p>
            <ZGauge levels={levels} />
            <p class="faint">{levelWords(levels)}</p>
          </>
        )}
      </div>
      <dl class="decision-figures">
        <Item title="Position" text={sideWords(position, tickers)}>
          {target !== position && `then ${target === 0 ? "none" : sideWords(target, tickers)}`}
        </Item>
        <Item title="Entry" text={open?.entry ?? "–"}>
          {open?.entryPrices &&
            open.entryPrices.map((price, i) => `${tickers[i]} ${decimal(price, 2)}`).join(" · ")}
        </Item>
        <Item
          title="Unrealized"
          text={open?.unrealized == null ? "–" : `${signed(open.unrealized * view.notional)} USD`}
          of={open?.unrealized ?? 0}
        >
          {open?.unrealized != null && `${sessionChange(open.unrealized)} of the notional, after costs`}
        </Item>
        <Item title="Days held" text={open === null ? "–" : counted(open.sessions, "session")}>
          {halfLife !== null && halfLife > 0 && `half-life ${decimal(halfLife, 1)} sessions`}
          {timeStopSessions !== null && `, stop after ${count(Math.ceil(timeStopSessions))}`}
        </Item>
        <Item title="Next fill" text={fillWords(decision, { settings, nextSession })}>
          {settings?.costBps != null && target !== position &&
            `costs about ${decimal(view.notional * settings.costBps / 10_000, 2)} USD`}
        </Item>
      </dl>
      <Sizes tickers={tickers} decision={decision} view={view} />
    </section>
  );
}

function Item({ title, text, of = 0, children }: { title: string; text: string; of?: number; children?: Child }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <span class={of > 0 ? "gain" : of < 0 ? "loss" : ""}>{text}</span>
        <small class="faint">{children}</small>
      </dd>
    </div>
  );
}

/** Shares of each leg for a notional, which the address keeps. */
function Sizes(
  { tickers, decision: { legs, maxNotional, position, target }, view }: Pick<
    DecisionStripProps,
    "tickers" | "decision" | "view"
  >,
) {
  const held = target !== 0 || position !== 0;
  const none = (legs ?? []).filter(({ shares }) => shares === 0).map(({ ticker }) => ticker);
  return (
    <div class="decision-sizes">
      <form method="get" action={pairPath(...tickers)}>
        {pairViewEntries(view).filter(([name]) => name !== "notional").map(([name, value]) => (
          <input type="hidden" name={name} value={value} key={name} />
        ))}
        <label>
          <abbr title="Value of both legs together at the last closes">Notional</abbr>, USD
          <input type="number" name="notional" min="1" max="1000000000" step="any" value={String(view.notional)} />
        </label>
        <button type="submit" class="quiet">Set</button>
      </form>
      {legs === null ? <p class="faint">Unknown hedge ratio.</p> : (
        <ul>
          {legs.map(({ ticker, shares, close }) => (
            <li key={ticker}>
              <span class="side">{shares === 0 ? "–" : shares > 0 ? "Long" : "Short"}</span>{" "}
              <strong>{count(Math.abs(shares))}</strong> {ticker} <span class="faint">at {decimal(close, 2)}</span>
            </li>
          ))}
        </ul>
      )}
      {none.length > 0 && (
        <p class="notice" role="status">
          This notional buys no whole share of {none.join(" and none of ")}. Give a larger one.
        </p>
      )}
      {maxNotional !== null && (
        <p class={view.notional > maxNotional ? "notice" : "faint"}>
          {view.notional > maxNotional
            ? `More than 1 % of the session volume of a leg, which is reached at ${shortUsd(maxNotional)}.`
            : `Capacity ${shortUsd(maxNotional)}: 1 % of the session volume of the less liquid leg.`}
        </p>
      )}
      {legs !== null && !held && <p class="faint">If the spread were bought; the other way round if it were sold.</p>}
    </div>
  );
}

function sideWords(spreads: number, [first, second]: readonly [string, string]): string {
  if (spreads === 0) return "None";
  return spreads > 0 ? `Long ${second}, short ${first}` : `Short ${second}, long ${first}`;
}

function levelWords({ entryZ, exitZ, stopZ }: NonNullable<PairDecision["levels"]>): string {
  const words = [
    ...entryZ === null ? [] : [`entry ±${decimal(entryZ, 2)}`],
    ...exitZ === null ? [] : [`exit ±${decimal(exitZ, 2)}`],
    ...stopZ === null ? [] : [`stop ±${decimal(stopZ, 2)}`],
  ];
  return words.length === 0 ? "deviations of the formation" : words.join(" · ");
}

function fillWords(
  { state }: PairDecision,
  { settings, nextSession }: Pick<DecisionStripProps, "settings" | "nextSession">,
): string {
  if (state !== "act") return "Nothing to fill";
  const price = settings?.fillAt === "next_close" ? "close" : "open";
  return nextSession === null ? `Next session, ${price}` : `${nextSession}, ${price}`;
}

function signed(usd: number): string {
  return `${usd > 0 ? "+" : ""}${decimal(usd, Math.abs(usd) < 100 ? 2 : 0)}`;
}
