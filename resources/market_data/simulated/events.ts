import type { Instrument } from "./instruments.ts";
import { type RandomStream, randomStream } from "./random.ts";

/** Intended fault of a row. */
export type Fault =
  /** The row occurs twice, identical. */
  | "duplicate"
  /** The row occurs a second time with prices one percent higher. */
  | "restated_duplicate"
  | "negative_close"
  | "zero_prices"
  | "high_below_low"
  | "close_above_high";

/** Events of one instrument, by session. */
export interface InstrumentEvents {
  /** New shares per old share. */
  splits: Map<number, number>;
  missing: Set<number>;
  faults: Map<number, Fault>;
}

/**
 * Sessions in which each kind of event happens once or twice. Any window of 1,008 sessions, four years, contains at least three
 * whole blocks.
 */
const BLOCK_SESSIONS = 252;

// Disjoint stretches of a block prevent two events in one row.
const SPLIT_STRETCH = [10, 60] as const;
const GAP_STRETCH = [70, 120] as const;
const LEG_GAP_STRETCH = [125, 150] as const;
const DUPLICATE_STRETCH = [160, 185] as const;
const RESTATED_STRETCH = [186, 210] as const;
const IMPOSSIBLE_STRETCH = [211, 248] as const;

const IMPOSSIBLE: readonly Fault[] = ["negative_close", "zero_prices", "high_below_low", "close_above_high"];
const SPLIT_RATIOS = [2, 4];

/**
 * Splits, gaps and faulty rows from session 0 to `to`, for instruments that have any.
 *
 * Every block has a split (alternately of a planted leg and of another instrument), a gap of one to three sessions, an identical
 * duplicate and an impossible row; every second block also a gap of a planted leg and a restated duplicate. Instruments that are
 * listed and delisted have no events. An instrument that has split has a reverse split by the same ratio the next time, so that
 * prices stay bounded over decades.
 */
export function eventsUntil(
  seed: number,
  instruments: readonly Instrument[],
  to: number,
): Map<string, InstrumentEvents> {
  const lasting = instruments.filter((one) => one.delistedAt === Infinity);
  const isLeg = new Set<Instrument>();
  for (const one of lasting) if (one.model.kind === "cointegrated") isLeg.add(one).add(one.model.leg);
  const legs = lasting.filter((one) => isLeg.has(one));
  const others = lasting.filter((one) => !isLeg.has(one));

  const events = new Map<string, InstrumentEvents>();
  const of = (instrument: Instrument): InstrumentEvents => {
    let found = events.get(instrument.symbol);
    if (!found) {
      found = { splits: new Map(), missing: new Set(), faults: new Map() };
      events.set(instrument.symbol, found);
    }
    return found;
  };

  const random = randomStream(seed, 3);
  for (let block = 0; block * BLOCK_SESSIONS <= to; block++) {
    const draws = drawsOf(random, block);
    const isEven = block % 2 === 0;

    const { splits } = of(draws.one(isEven ? legs : others));
    const outstanding = [...splits.values()].reduce((product, ratio) => product * ratio, 1);
    splits.set(draws.session(SPLIT_STRETCH), outstanding === 1 ? draws.one(SPLIT_RATIOS) : 1 / outstanding);

    const { missing } = of(draws.one(others));
    const gapFrom = draws.session(GAP_STRETCH);
    for (let length = draws.integer(3); length >= 0; length--) missing.add(gapFrom + length);

    of(draws.one(others)).faults.set(draws.session(DUPLICATE_STRETCH), "duplicate");
    of(draws.one(others)).faults.set(draws.session(IMPOSSIBLE_STRETCH), IMPOSSIBLE[block % IMPOSSIBLE.length]!);

    if (!isEven) {
      of(draws.one(legs)).missing.add(draws.session(LEG_GAP_STRETCH));
      of(draws.one(others)).faults.set(draws.session(RESTATED_STRETCH), "restated_duplicate");
    }
  }
  return events;
}

/** Draws of one block; they do not depend on other blocks. */
function drawsOf(random: RandomStream, block: number) {
  let counter = 64 * block;
  const integer = (below: number) => random.integer(counter++, below);
  return {
    integer,
    one: <T>(items: readonly T[]): T => items[integer(items.length)]!,
    session: ([from, to]: readonly [number, number]) => block * BLOCK_SESSIONS + from + integer(to - from),
  };
}
