// The scan's kernel in AssemblyScript: two pairs at a time, one in each lane of a 128-bit vector.
//
// It is the algorithm of ../typescript_kernel.ts, addition for addition, so that both give the same bits. Names are the same
// where the steps are the same; read that one first. Here a `series` is an address at which entry t of both pairs lies at
// t << 4. Lanes never mix, so a pair's result does not depend on its partner. Strict SIMD only: relaxed instructions round
// differently from host to host.

const PIVOT_SHARE: f64 = 1e-4;
const UNEVENNESS: f64 = 1e5;
const NEAR_TIE: f64 = 1 + 1e-10;
const NEAR_DUPLICATE: f64 = 1e-4;
const DRIFT_SHARE: f64 = 1e-6;
const DEVIATION_ROUNDINGS: f64 = 4;
const EPSILON: f64 = 2.220446049250313e-16;
const LN2: f64 = 0.6931471805599453;
const BLOCK: i32 = 8;

let sessions: i32 = 0;
let maxLag: i32 = 0;
let windowCount: i32 = 0;

let levels: usize = 0;
let differences: usize = 0;
let highs: usize = 0;
let lows: usize = 0;
let squares: usize = 0;
let crossProducts: usize = 0;
let refitProducts: usize = 0;
let columnSums: usize = 0;
let rawDiagonal: usize = 0;
let scores: usize = 0;
let gram: usize = 0;
let windows: usize = 0;
let lagWeights: usize = 0;
let results: usize = 0;
let prices: usize = 0;

/** Lanes in which legs are near-duplicates or moments lost too many digits: the host computes those pairs by the careful way. */
let careful: v128 = f64x2.splat(0);

let free: usize = 0;

function reserve(bytes: usize): usize {
  const at = free;
  free = (free + bytes + 15) & ~15;
  return at;
}

/** Lays out memory for series of `n` values and `tickers` of them, and grows it to that size; traps where it cannot. */
export function prepare(n: i32, lags: i32, windowLengths: i32, tickers: i32): void {
  sessions = n;
  maxLag = lags;
  windowCount = windowLengths;
  free = (__heap_base + 15) & ~15;
  const series: usize = <usize>n << 4;
  const order: usize = <usize>lags + 2;
  levels = reserve(series);
  differences = reserve(series);
  highs = reserve(series);
  lows = reserve(series);
  squares = reserve(series);
  // Blocks of lags may write up to eleven products past the last.
  crossProducts = reserve((order + 11) << 4);
  refitProducts = reserve(order << 4);
  columnSums = reserve(order << 4);
  rawDiagonal = reserve(order << 4);
  scores = reserve(order << 4);
  gram = reserve((order * order) << 4);
  windows = reserve(<usize>windowLengths << 2);
  lagWeights = reserve(order << 3);
  results = reserve((<usize>windowLengths + 6) << 4);
  prices = reserve((<usize>tickers * <usize>n) << 3);
  const pages: usize = (free + 0xffff) >> 16;
  const missing = <i32>pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
}

/** Where the host writes window lengths (32-bit integers). */
export function windowsAt(): usize {
  return windows;
}

/** Where the host writes the weights of the lags (doubles). */
export function lagWeightsAt(): usize {
  return lagWeights;
}

/** Where the host writes the centred prices (doubles, a row a ticker). */
export function pricesAt(): usize {
  return prices;
}

/**
 * Where the results of a call lie, two doubles each: slope, careful (not 0 where the host must compute the pair), statistic, used
 * lag, half-life, crossings, then the mean rescaled range of each window length.
 */
export function resultsAt(): usize {
  return results;
}

// @ts-ignore: decorator
@inline
function splat(value: f64): v128 {
  return f64x2.splat(value);
}

// @ts-ignore: decorator
@inline
function both(first: f64, second: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}

// @ts-ignore: decorator
@inline
function entry(series: usize, t: i32): v128 {
  return v128.load(series + (<usize>t << 4));
}

// @ts-ignore: decorator
@inline
function put(series: usize, t: i32, value: v128): void {
  v128.store(series + (<usize>t << 4), value);
}

// @ts-ignore: decorator
@inline
function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b));
}

/**
 * Measures the pairs (x0, y0) and (x1, y1), given as rows of the price table, with the sums of squares and the largest absolute
 * prices of their legs.
 */
export function measure(
  x0: i32, y0: i32, x1: i32, y1: i32,
  xSquare0: f64, xSquare1: f64, ySquare0: f64, ySquare1: f64,
  xLargest0: f64, xLargest1: f64, yLargest0: f64, yLargest1: f64,
): void {
  const row: usize = <usize>sessions << 3;
  const px0 = prices + <usize>x0 * row, py0 = prices + <usize>y0 * row;
  const px1 = prices + <usize>x1 * row, py1 = prices + <usize>y1 * row;
  const slope0 = dot(px0, py0) / xSquare0;
  const slope1 = dot(px1, py1) / xSquare1;
  careful = fitSpread(px0, py0, px1, py1, slope0, slope1, both(ySquare0, ySquare1));
  put(results, 0, both(slope0, slope1));

  const end = sessions - 1;
  const head = sumsOver(0, maxLag);
  const headSquare = squareSum;
  const body = sumsOver(maxLag, end);
  const bodySquare = squareSum;
  laggedProducts();
  let squaredDifferences = entry(crossProducts, 0);
  for (let t = 1; t <= maxLag; t++) {
    const step = entry(differences, t);
    squaredDifferences = multiplyAdd(squaredDifferences, step, step);
  }
  const laggedLevels = f64x2.add(head, body);
  put(results, 4, halfLife(laggedLevels, f64x2.add(headSquare, bodySquare), squaredDifferences));
  const mean = f64x2.div(f64x2.add(laggedLevels, entry(levels, end)), splat(<f64>sessions));
  put(results, 5, crossings(mean));
  shareHighs();
  shareLows();
  shareSquares();
  meanRescaledRanges(both(
    DEVIATION_ROUNDINGS * (EPSILON * (abs(slope0) * xLargest0 + yLargest0)),
    DEVIATION_ROUNDINGS * (EPSILON * (abs(slope1) * xLargest1 + yLargest1)),
  ));
  dickeyFuller(body, bodySquare);
  put(results, 1, careful);
}

/** Scalar product of two rows of the price table in four interleaved sums. */
function dot(a: usize, b: usize): f64 {
  const n = sessions;
  let sums01 = splat(0), sums23 = splat(0);
  let t = 0;
  for (; t + 4 <= n; t += 4, a += 32, b += 32) {
    sums01 = multiplyAdd(sums01, v128.load(a), v128.load(b));
    sums23 = multiplyAdd(sums23, v128.load(a, 16), v128.load(b, 16));
  }
  let sum0 = f64x2.extract_lane(sums01, 0);
  for (; t < n; t++, a += 8, b += 8) sum0 += load<f64>(a) * load<f64>(b);
  return (sum0 + f64x2.extract_lane(sums01, 1)) + (f64x2.extract_lane(sums23, 0) + f64x2.extract_lane(sums23, 1));
}

/** Writes levels and differences; gives the lanes whose legs are near-duplicates, which the host refines. */
function fitSpread(x0: usize, y0: usize, x1: usize, y1: usize, slope0: f64, slope1: f64, ySquare: v128): v128 {
  const n = sessions;
  const slopes0 = splat(slope0), slopes1 = splat(slope1);
  let first01 = splat(0), first23 = splat(0), second01 = splat(0), second23 = splat(0);
  let previous = splat(0);
  let level = levels, difference = differences;
  let t = 0;
  for (; t + 4 <= n; t += 4) {
    let a = f64x2.sub(v128.load(y0), f64x2.mul(slopes0, v128.load(x0)));
    let b = f64x2.sub(v128.load(y1), f64x2.mul(slopes1, v128.load(x1)));
    first01 = multiplyAdd(first01, a, a);
    second01 = multiplyAdd(second01, b, b);
    let one = v128.shuffle<f64>(a, b, 0, 2);
    let two = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(level, one);
    v128.store(level, two, 16);
    v128.store(difference, f64x2.sub(one, previous));
    v128.store(difference, f64x2.sub(two, one), 16);
    previous = two;

    a = f64x2.sub(v128.load(y0, 16), f64x2.mul(slopes0, v128.load(x0, 16)));
    b = f64x2.sub(v128.load(y1, 16), f64x2.mul(slopes1, v128.load(x1, 16)));
    first23 = multiplyAdd(first23, a, a);
    second23 = multiplyAdd(second23, b, b);
    one = v128.shuffle<f64>(a, b, 0, 2);
    two = v128.shuffle<f64>(a, b, 1, 3);
    v128.store(level, one, 32);
    v128.store(level, two, 48);
    v128.store(difference, f64x2.sub(one, previous), 32);
    v128.store(difference, f64x2.sub(two, one), 48);
    previous = two;

    x0 += 32, y0 += 32, x1 += 32, y1 += 32;
    level += 64, difference += 64;
  }
  let residual0 = both(f64x2.extract_lane(first01, 0), f64x2.extract_lane(second01, 0));
  for (; t < n; t++) {
    const one = both(load<f64>(y0) - slope0 * load<f64>(x0), load<f64>(y1) - slope1 * load<f64>(x1));
    residual0 = multiplyAdd(residual0, one, one);
    v128.store(level, one);
    v128.store(difference, f64x2.sub(one, previous));
    previous = one;
    x0 += 8, y0 += 8, x1 += 8, y1 += 8;
    level += 16, difference += 16;
  }
  put(differences, 0, splat(0));
  const residual1 = both(f64x2.extract_lane(first01, 1), f64x2.extract_lane(second01, 1));
  const residual = f64x2.add(f64x2.add(residual0, residual1), f64x2.add(
    both(f64x2.extract_lane(first23, 0), f64x2.extract_lane(second23, 0)),
    both(f64x2.extract_lane(first23, 1), f64x2.extract_lane(second23, 1)),
  ));
  // Not "less than": a residual that is not a number needs care too.
  return v128.not(f64x2.ge(residual, f64x2.mul(splat(NEAR_DUPLICATE), ySquare)));
}

/** Second result of `sumsOver`. */
let squareSum: v128 = f64x2.splat(0);

/** Sum of levels, and in `squareSum` of their squares, from `from` to before `to`, each in four interleaved sums. */
function sumsOver(from: i32, to: i32): v128 {
  let sum0 = splat(0), sum1 = splat(0), sum2 = splat(0), sum3 = splat(0);
  let square0 = splat(0), square1 = splat(0), square2 = splat(0), square3 = splat(0);
  let t = from;
  for (; t + 4 <= to; t += 4) {
    const a = entry(levels, t), b = entry(levels, t + 1), c = entry(levels, t + 2), d = entry(levels, t + 3);
    sum0 = f64x2.add(sum0, a);
    sum1 = f64x2.add(sum1, b);
    sum2 = f64x2.add(sum2, c);
    sum3 = f64x2.add(sum3, d);
    square0 = multiplyAdd(square0, a, a);
    square1 = multiplyAdd(square1, b, b);
    square2 = multiplyAdd(square2, c, c);
    square3 = multiplyAdd(square3, d, d);
  }
  for (; t < to; t++) {
    const a = entry(levels, t);
    sum0 = f64x2.add(sum0, a);
    square0 = multiplyAdd(square0, a, a);
  }
  squareSum = f64x2.add(f64x2.add(square0, square1), f64x2.add(square2, square3));
  return f64x2.add(f64x2.add(sum0, sum1), f64x2.add(sum2, sum3));
}

function halfLife(laggedLevels: v128, laggedSquares: v128, squaredDifferences: v128): v128 {
  const n = splat(<f64>sessions);
  const first = entry(levels, 0);
  const last = entry(levels, sessions - 1);
  const swing = f64x2.sub(f64x2.sub(f64x2.mul(last, last), f64x2.mul(first, first)), squaredDifferences);
  const cross = f64x2.sub(f64x2.mul(splat(0.5), swing), f64x2.div(f64x2.mul(laggedLevels, last), n));
  const square = f64x2.sub(laggedSquares, f64x2.div(f64x2.mul(laggedLevels, laggedLevels), n));
  const slope = f64x2.div(cross, square);
  return v128.bitselect(splat(Infinity), f64x2.div(splat(-LN2), slope), f64x2.eq(slope, splat(0)));
}

function crossings(mean: v128): v128 {
  let count = i64x2.splat(0);
  const zero = splat(0);
  let here = f64x2.sub(entry(levels, 0), mean);
  for (let t = 1; t < sessions; t++) {
    const next = f64x2.sub(entry(levels, t), mean);
    // A comparison that holds is −1 in its lane, and at most one of the two does: a product with 0 is not below 0.
    count = i64x2.sub(count, v128.or(f64x2.lt(f64x2.mul(here, next), zero), f64x2.eq(here, zero)));
    here = next;
  }
  return both(<f64>i64x2.extract_lane(count, 0), <f64>i64x2.extract_lane(count, 1));
}

/**
 * Highest of eight levels from each t on, four of them a turn: eight are two fours, a four two twos. The last turn may write up to
 * three entries that no window reads, from values past the series.
 */
function shareHighs(): void {
  const last = sessions - BLOCK;
  let previous = entry(levels, 2);
  let two0 = f64x2.pmax(entry(levels, 0), entry(levels, 1)), two1 = f64x2.pmax(entry(levels, 1), previous);
  let four0 = splat(0), four1 = splat(0), four2 = splat(0), four3 = splat(0);
  for (let t = -4; t <= last; t += 4) {
    const a = entry(levels, t + 7), b = entry(levels, t + 8), c = entry(levels, t + 9), d = entry(levels, t + 10);
    const two2 = f64x2.pmax(previous, a), two3 = f64x2.pmax(a, b), two4 = f64x2.pmax(b, c), two5 = f64x2.pmax(c, d);
    const four4 = f64x2.pmax(two0, two2), four5 = f64x2.pmax(two1, two3);
    const four6 = f64x2.pmax(two2, two4), four7 = f64x2.pmax(two3, two5);
    if (t >= 0) {
      put(highs, t, f64x2.pmax(four0, four4));
      put(highs, t + 1, f64x2.pmax(four1, four5));
      put(highs, t + 2, f64x2.pmax(four2, four6));
      put(highs, t + 3, f64x2.pmax(four3, four7));
    }
    previous = d;
    two0 = two4, two1 = two5;
    four0 = four4, four1 = four5, four2 = four6, four3 = four7;
  }
}

/** Lowest of eight levels from each t on, in the same way. */
function shareLows(): void {
  const last = sessions - BLOCK;
  let previous = entry(levels, 2);
  let two0 = f64x2.pmin(entry(levels, 0), entry(levels, 1)), two1 = f64x2.pmin(entry(levels, 1), previous);
  let four0 = splat(0), four1 = splat(0), four2 = splat(0), four3 = splat(0);
  for (let t = -4; t <= last; t += 4) {
    const a = entry(levels, t + 7), b = entry(levels, t + 8), c = entry(levels, t + 9), d = entry(levels, t + 10);
    const two2 = f64x2.pmin(previous, a), two3 = f64x2.pmin(a, b), two4 = f64x2.pmin(b, c), two5 = f64x2.pmin(c, d);
    const four4 = f64x2.pmin(two0, two2), four5 = f64x2.pmin(two1, two3);
    const four6 = f64x2.pmin(two2, two4), four7 = f64x2.pmin(two3, two5);
    if (t >= 0) {
      put(lows, t, f64x2.pmin(four0, four4));
      put(lows, t + 1, f64x2.pmin(four1, four5));
      put(lows, t + 2, f64x2.pmin(four2, four6));
      put(lows, t + 3, f64x2.pmin(four3, four7));
    }
    previous = d;
    two0 = two4, two1 = two5;
    four0 = four4, four1 = four5, four2 = four6, four3 = four7;
  }
}

/** Sums of eight squared differences from each t on, in the same way. */
function shareSquares(): void {
  const last = sessions - BLOCK;
  let previous = splat(0);
  let sum2a = splat(0), sum2b = splat(0);
  let sum4a = splat(0), sum4b = splat(0), sum4c = splat(0), sum4d = splat(0);
  for (let t = -7; t <= last; t++) {
    const step = entry(differences, t + 7);
    const square = f64x2.mul(step, step);
    const sum2 = f64x2.add(previous, square);
    const sum4 = f64x2.add(sum2a, sum2);
    if (t >= 0) put(squares, t, f64x2.add(sum4a, sum4));
    previous = square;
    sum2a = sum2b, sum2b = sum2;
    sum4a = sum4b, sum4b = sum4c, sum4c = sum4d, sum4d = sum4;
  }
}

function meanRescaledRanges(rounding: v128): void {
  const roundingVariance = f64x2.mul(rounding, rounding);
  const n = sessions;
  const zero = splat(0), one = splat(1);
  for (let k = 0; k < windowCount; k++) {
    const window = load<i32>(windows + (<usize>k << 2));
    const steps = window - 1;
    const stepCount = splat(<f64>steps), freedom = splat(<f64>(steps - 1));
    let sum = zero;
    let count = zero;
    for (let start = 0; start + window <= n; start += window) {
      const last = start + window - BLOCK;
      let high = entry(highs, last), low = entry(lows, last);
      for (let t = start; t < last; t += BLOCK) {
        high = f64x2.pmax(high, entry(highs, t));
        low = f64x2.pmin(low, entry(lows, t));
      }
      const range = f64x2.sub(high, low);

      let square = zero;
      let t = start + 1;
      for (; t + BLOCK <= start + window; t += BLOCK) square = f64x2.add(square, entry(squares, t));
      for (; t < start + window; t++) {
        const step = entry(differences, t);
        square = multiplyAdd(square, step, step);
      }
      const total = f64x2.sub(entry(levels, start + steps), entry(levels, start));
      let variance = f64x2.div(f64x2.sub(square, f64x2.div(f64x2.mul(total, total), stepCount)), freedom);
      const drifting = f64x2.lt(variance, f64x2.div(f64x2.mul(splat(DRIFT_SHARE), square), stepCount));
      if (v128.any_true(drifting)) {
        variance = v128.bitselect(varianceInTwoPasses(start + 1, steps), variance, drifting);
      }
      const counted = v128.and(f64x2.gt(range, zero), f64x2.gt(variance, roundingVariance));
      sum = f64x2.add(sum, v128.and(counted, f64x2.div(range, f64x2.sqrt(variance))));
      count = f64x2.add(count, v128.and(counted, one));
    }
    put(results, 6 + k, f64x2.div(sum, count));
  }
}

function varianceInTwoPasses(from: i32, count: i32): v128 {
  let sum = splat(0);
  for (let t = from; t < from + count; t++) sum = f64x2.add(sum, entry(differences, t));
  const mean = f64x2.div(sum, splat(<f64>count));
  let square = splat(0);
  for (let t = from; t < from + count; t++) {
    const deviation = f64x2.sub(entry(differences, t), mean);
    square = multiplyAdd(square, deviation, deviation);
  }
  return f64x2.div(square, splat(<f64>(count - 1)));
}

/**
 * Products of each difference with those maxLag and fewer sessions before it, in blocks of lags: eleven sums, two sessions a turn,
 * fill the sixteen vector registers, and each earlier difference is loaded once for both sessions.
 */
function laggedProducts(): void {
  const lags = maxLag + 1;
  let lag = 0;
  while (lag < lags) {
    const rest = lags - lag;
    if (rest % 11 === 0 || (rest > 6 && rest < 11)) {
      products11(lag);
      lag += 11;
    } else if (rest > 11) {
      products12(lag);
      lag += 12;
    } else {
      products6(lag);
      lag += 6;
    }
  }
}

function products11(lag: i32): void {
  const to = differences + (<usize>sessions << 4);
  let t = differences + (<usize>(maxLag + 1) << 4);
  let back = t - (<usize>(lag + 10) << 4);
  let sum0 = splat(0), sum1 = splat(0), sum2 = splat(0), sum3 = splat(0), sum4 = splat(0), sum5 = splat(0);
  let sum6 = splat(0), sum7 = splat(0), sum8 = splat(0), sum9 = splat(0), sum10 = splat(0);
  for (; t + 16 < to; t += 32, back += 32) {
    const now = v128.load(t), next = v128.load(t, 16);
    let later = v128.load(back, 176), earlier = v128.load(back, 160);
    sum0 = multiplyAdd(multiplyAdd(sum0, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 144);
    sum1 = multiplyAdd(multiplyAdd(sum1, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 128);
    sum2 = multiplyAdd(multiplyAdd(sum2, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 112);
    sum3 = multiplyAdd(multiplyAdd(sum3, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 96);
    sum4 = multiplyAdd(multiplyAdd(sum4, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 80);
    sum5 = multiplyAdd(multiplyAdd(sum5, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 64);
    sum6 = multiplyAdd(multiplyAdd(sum6, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 48);
    sum7 = multiplyAdd(multiplyAdd(sum7, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 32);
    sum8 = multiplyAdd(multiplyAdd(sum8, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 16);
    sum9 = multiplyAdd(multiplyAdd(sum9, now, earlier), next, later);
    later = earlier, earlier = v128.load(back);
    sum10 = multiplyAdd(multiplyAdd(sum10, now, earlier), next, later);
  }
  if (t < to) {
    const now = v128.load(t);
    sum0 = multiplyAdd(sum0, now, v128.load(back, 160));
    sum1 = multiplyAdd(sum1, now, v128.load(back, 144));
    sum2 = multiplyAdd(sum2, now, v128.load(back, 128));
    sum3 = multiplyAdd(sum3, now, v128.load(back, 112));
    sum4 = multiplyAdd(sum4, now, v128.load(back, 96));
    sum5 = multiplyAdd(sum5, now, v128.load(back, 80));
    sum6 = multiplyAdd(sum6, now, v128.load(back, 64));
    sum7 = multiplyAdd(sum7, now, v128.load(back, 48));
    sum8 = multiplyAdd(sum8, now, v128.load(back, 32));
    sum9 = multiplyAdd(sum9, now, v128.load(back, 16));
    sum10 = multiplyAdd(sum10, now, v128.load(back));
  }
  put(crossProducts, lag, sum0);
  put(crossProducts, lag + 1, sum1);
  put(crossProducts, lag + 2, sum2);
  put(crossProducts, lag + 3, sum3);
  put(crossProducts, lag + 4, sum4);
  put(crossProducts, lag + 5, sum5);
  put(crossProducts, lag + 6, sum6);
  put(crossProducts, lag + 7, sum7);
  put(crossProducts, lag + 8, sum8);
  put(crossProducts, lag + 9, sum9);
  put(crossProducts, lag + 10, sum10);
}

function products12(lag: i32): void {
  const to = differences + (<usize>sessions << 4);
  let t = differences + (<usize>(maxLag + 1) << 4);
  let back = t - (<usize>(lag + 11) << 4);
  let sum0 = splat(0), sum1 = splat(0), sum2 = splat(0), sum3 = splat(0), sum4 = splat(0), sum5 = splat(0);
  let sum6 = splat(0), sum7 = splat(0), sum8 = splat(0), sum9 = splat(0), sum10 = splat(0), sum11 = splat(0);
  for (; t + 16 < to; t += 32, back += 32) {
    const now = v128.load(t), next = v128.load(t, 16);
    let later = v128.load(back, 192), earlier = v128.load(back, 176);
    sum0 = multiplyAdd(multiplyAdd(sum0, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 160);
    sum1 = multiplyAdd(multiplyAdd(sum1, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 144);
    sum2 = multiplyAdd(multiplyAdd(sum2, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 128);
    sum3 = multiplyAdd(multiplyAdd(sum3, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 112);
    sum4 = multiplyAdd(multiplyAdd(sum4, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 96);
    sum5 = multiplyAdd(multiplyAdd(sum5, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 80);
    sum6 = multiplyAdd(multiplyAdd(sum6, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 64);
    sum7 = multiplyAdd(multiplyAdd(sum7, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 48);
    sum8 = multiplyAdd(multiplyAdd(sum8, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 32);
    sum9 = multiplyAdd(multiplyAdd(sum9, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 16);
    sum10 = multiplyAdd(multiplyAdd(sum10, now, earlier), next, later);
    later = earlier, earlier = v128.load(back);
    sum11 = multiplyAdd(multiplyAdd(sum11, now, earlier), next, later);
  }
  if (t < to) {
    const now = v128.load(t);
    sum0 = multiplyAdd(sum0, now, v128.load(back, 176));
    sum1 = multiplyAdd(sum1, now, v128.load(back, 160));
    sum2 = multiplyAdd(sum2, now, v128.load(back, 144));
    sum3 = multiplyAdd(sum3, now, v128.load(back, 128));
    sum4 = multiplyAdd(sum4, now, v128.load(back, 112));
    sum5 = multiplyAdd(sum5, now, v128.load(back, 96));
    sum6 = multiplyAdd(sum6, now, v128.load(back, 80));
    sum7 = multiplyAdd(sum7, now, v128.load(back, 64));
    sum8 = multiplyAdd(sum8, now, v128.load(back, 48));
    sum9 = multiplyAdd(sum9, now, v128.load(back, 32));
    sum10 = multiplyAdd(sum10, now, v128.load(back, 16));
    sum11 = multiplyAdd(sum11, now, v128.load(back));
  }
  put(crossProducts, lag, sum0);
  put(crossProducts, lag + 1, sum1);
  put(crossProducts, lag + 2, sum2);
  put(crossProducts, lag + 3, sum3);
  put(crossProducts, lag + 4, sum4);
  put(crossProducts, lag + 5, sum5);
  put(crossProducts, lag + 6, sum6);
  put(crossProducts, lag + 7, sum7);
  put(crossProducts, lag + 8, sum8);
  put(crossProducts, lag + 9, sum9);
  put(crossProducts, lag + 10, sum10);
  put(crossProducts, lag + 11, sum11);
}

function products6(lag: i32): void {
  const to = differences + (<usize>sessions << 4);
  let t = differences + (<usize>(maxLag + 1) << 4);
  let back = t - (<usize>(lag + 5) << 4);
  let sum0 = splat(0), sum1 = splat(0), sum2 = splat(0), sum3 = splat(0), sum4 = splat(0), sum5 = splat(0);
  for (; t + 16 < to; t += 32, back += 32) {
    const now = v128.load(t), next = v128.load(t, 16);
    let later = v128.load(back, 96), earlier = v128.load(back, 80);
    sum0 = multiplyAdd(multiplyAdd(sum0, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 64);
    sum1 = multiplyAdd(multiplyAdd(sum1, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 48);
    sum2 = multiplyAdd(multiplyAdd(sum2, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 32);
    sum3 = multiplyAdd(multiplyAdd(sum3, now, earlier), next, later);
    later = earlier, earlier = v128.load(back, 16);
    sum4 = multiplyAdd(multiplyAdd(sum4, now, earlier), next, later);
    later = earlier, earlier = v128.load(back);
    sum5 = multiplyAdd(multiplyAdd(sum5, now, earlier), next, later);
  }
  if (t < to) {
    const now = v128.load(t);
    sum0 = multiplyAdd(sum0, now, v128.load(back, 80));
    sum1 = multiplyAdd(sum1, now, v128.load(back, 64));
    sum2 = multiplyAdd(sum2, now, v128.load(back, 48));
    sum3 = multiplyAdd(sum3, now, v128.load(back, 32));
    sum4 = multiplyAdd(sum4, now, v128.load(back, 16));
    sum5 = multiplyAdd(sum5, now, v128.load(back));
  }
  put(crossProducts, lag, sum0);
  put(crossProducts, lag + 1, sum1);
  put(crossProducts, lag + 2, sum2);
  put(crossProducts, lag + 3, sum3);
  put(crossProducts, lag + 4, sum4);
  put(crossProducts, lag + 5, sum5);
}

/** Statistic of the last refit. */
let statistic: v128 = f64x2.splat(0);

function dickeyFuller(body: v128, bodySquare: v128): void {
  const order = maxLag + 2;
  fillMoments(maxLag, body, bodySquare, 0, crossProducts);
  careful = v128.or(careful, factor(order, 0));

  const target = gram + (<usize>((order - 1) * order) << 4);
  const pivot = entry(target, order - 1);
  let residual = f64x2.mul(pivot, pivot);
  let bestScore = splat(Infinity);
  let lags = splat(<f64>maxLag);
  for (let lag = maxLag; lag >= 0; lag--) {
    const score = f64x2.mul(residual, v128.load64_splat(lagWeights + (<usize>lag << 3)));
    const better = f64x2.le(score, bestScore);
    bestScore = v128.bitselect(score, bestScore, better);
    lags = v128.bitselect(splat(<f64>lag), lags, better);
    const share = entry(target, lag);
    residual = multiplyAdd(residual, share, share);
    put(scores, lag, score);
  }
  const limit = f64x2.mul(bestScore, splat(NEAR_TIE));
  let contenders = i64x2.splat(0);
  for (let lag = 0; lag <= maxLag; lag++) contenders = i64x2.sub(contenders, f64x2.le(entry(scores, lag), limit));
  careful = v128.or(careful, i64x2.ne(contenders, i64x2.splat(1)));
  put(results, 3, lags);

  const lag0 = <i32>f64x2.extract_lane(lags, 0), lag1 = <i32>f64x2.extract_lane(lags, 1);
  let failed = refit(lag0, body, bodySquare);
  if (lag1 !== lag0) {
    // The lanes chose different lags: the second takes its own from another refit.
    const first = statistic;
    const secondLane = i64x2.replace_lane(i64x2.splat(0), 1, -1);
    failed = v128.bitselect(refit(lag1, body, bodySquare), failed, secondLane);
    statistic = v128.bitselect(statistic, first, secondLane);
  }
  careful = v128.or(careful, failed);
  put(results, 2, statistic);
}

/** Fits the regression with `lags` lags on all its rows; leaves its statistic and gives the lanes in which it failed. */
function refit(lags: i32, levelSum: v128, levelSquare: v128): v128 {
  for (let t = lags; t < maxLag; t++) {
    const level = entry(levels, t);
    levelSum = f64x2.add(levelSum, level);
    levelSquare = multiplyAdd(levelSquare, level, level);
  }
  for (let lag = 0; lag <= lags; lag++) {
    let product = entry(crossProducts, lag);
    for (let t = lags + 1; t <= maxLag; t++) {
      product = multiplyAdd(product, entry(differences, t), entry(differences, t - lag));
    }
    put(refitProducts, lag, product);
  }
  fillMoments(lags, levelSum, levelSquare, lags, refitProducts);
  const order = lags + 2;
  const failed = factor(order, lags);
  const last = gram + (<usize>((order - 1) * order) << 4);
  const freedom = splat(Math.sqrt(<f64>(sessions - 1 - lags - (lags + 2))));
  statistic = f64x2.div(f64x2.mul(entry(last, lags), freedom), entry(last, lags + 1));
  return failed;
}

// @ts-ignore: decorator
@inline
function place(a: i32, b: i32, order: i32): i32 {
  return a > b ? a * order + b : b * order + a;
}

function fillMoments(lags: i32, levelSum: v128, levelSquare: v128, levelRow: i32, products: usize): void {
  const end = sessions - 1;
  const rows = splat(<f64>(end - lags));
  const order = lags + 2;
  const shift = levelRow === 0 ? 0 : -1;

  put(rawDiagonal, levelRow, levelSquare);
  put(gram, levelRow * order + levelRow, f64x2.sub(levelSquare, f64x2.div(f64x2.mul(levelSum, levelSum), rows)));
  for (let lag = 0; lag <= lags; lag++) {
    put(columnSums, lag, f64x2.sub(entry(levels, end - lag), entry(levels, lags - lag)));
  }

  const lastLevel = entry(levels, end), firstLevel = entry(levels, lags);
  const swing = f64x2.sub(f64x2.mul(lastLevel, lastLevel), f64x2.mul(firstLevel, firstLevel));
  let levelProduct = f64x2.mul(splat(0.5), f64x2.sub(swing, entry(products, 0)));
  for (let gap = 0; gap <= lags; gap++) {
    const gapRow = gap === 0 ? order - 1 : gap + shift;
    put(
      gram,
      place(gapRow, levelRow, order),
      f64x2.sub(levelProduct, f64x2.div(f64x2.mul(levelSum, entry(columnSums, gap)), rows)),
    );
    let product = entry(products, gap);
    for (let lag = 0;; lag++) {
      const far = lag + gap;
      const row = lag === 0 ? order - 1 : lag + shift;
      const column = far === 0 ? order - 1 : far + shift;
      if (gap === 0) put(rawDiagonal, row, product);
      put(
        gram,
        place(row, column, order),
        f64x2.sub(product, f64x2.div(f64x2.mul(entry(columnSums, lag), entry(columnSums, far)), rows)),
      );
      if (far === lags) break;
      product = f64x2.sub(
        multiplyAdd(product, entry(differences, lags - lag), entry(differences, lags - far)),
        f64x2.mul(entry(differences, end - lag), entry(differences, end - far)),
      );
      if (lag === 0) {
        levelProduct = f64x2.add(
          f64x2.sub(
            multiplyAdd(levelProduct, entry(levels, lags - 1), entry(differences, lags - gap)),
            f64x2.mul(entry(levels, end - 1), entry(differences, end - gap)),
          ),
          product,
        );
      }
    }
  }
}

/** Replaces the triangle by its Cholesky factor; gives the lanes in which a column has lost too many digits. */
function factor(order: i32, levelRow: i32): v128 {
  let largest = splat(0), smallest = splat(Infinity);
  for (let row = 0; row < order; row++) {
    if (row === levelRow) continue;
    largest = f64x2.pmax(largest, entry(rawDiagonal, row));
    smallest = f64x2.pmin(smallest, entry(rawDiagonal, row));
  }
  let sound = v128.and(
    f64x2.ge(f64x2.mul(smallest, splat(UNEVENNESS)), largest),
    f64x2.gt(smallest, splat(0)),
  );
  const stride: usize = <usize>order << 4;
  for (let column = 0; column < order; column++) {
    const columnAt = gram + <usize>column * stride;
    let pivot = entry(columnAt, column);
    for (let k = 0; k < column; k++) {
      const factor = entry(columnAt, k);
      pivot = f64x2.sub(pivot, f64x2.mul(factor, factor));
    }
    sound = v128.and(sound, f64x2.ge(pivot, f64x2.mul(splat(PIVOT_SHARE), entry(rawDiagonal, column))));
    const root = f64x2.sqrt(pivot);
    const scale = f64x2.div(splat(1), root);
    put(columnAt, column, root);
    // Four rows at a time: the subtractions of one row wait for each other, those of four do not.
    let row = column + 1;
    let rowAt = columnAt + stride;
    for (; row + 3 < order; row += 4, rowAt += stride << 2) {
      const rowB = rowAt + stride, rowC = rowB + stride, rowD = rowC + stride;
      let a = entry(rowAt, column), b = entry(rowB, column), c = entry(rowC, column), d = entry(rowD, column);
      for (let k: usize = 0; k < <usize>column << 4; k += 16) {
        const factor = v128.load(columnAt + k);
        a = f64x2.sub(a, f64x2.mul(v128.load(rowAt + k), factor));
        b = f64x2.sub(b, f64x2.mul(v128.load(rowB + k), factor));
        c = f64x2.sub(c, f64x2.mul(v128.load(rowC + k), factor));
        d = f64x2.sub(d, f64x2.mul(v128.load(rowD + k), factor));
      }
      put(rowAt, column, f64x2.mul(a, scale));
      put(rowB, column, f64x2.mul(b, scale));
      put(rowC, column, f64x2.mul(c, scale));
      put(rowD, column, f64x2.mul(d, scale));
    }
    for (; row < order; row++, rowAt += stride) {
      let a = entry(rowAt, column);
      for (let k = 0; k < column; k++) a = f64x2.sub(a, f64x2.mul(entry(rowAt, k), entry(columnAt, k)));
      put(rowAt, column, f64x2.mul(a, scale));
    }
  }
  return v128.not(sound);
}
