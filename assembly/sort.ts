/**
 * @file The sorts of `src/engine/transport` in AssemblyScript, compiled by `scripts/generate-sort.sh`. Not TypeScript, though
 * it looks like it: numbers are machine numbers, and addresses are bytes in a memory that the importer shares.
 *
 * Values are mapped to 18 bits by a curve that suits most shapes (a ratio, so that long tails stay in range) and sorted by
 * two radix passes; what the map could not tell apart is put right by insertion. The order is exact, and equal values keep
 * the order of their rows. Each word carries its value along, so that nothing is looked up out of order.
 *
 * The low digit of a smooth sample is about evenly spread. So the first pass deals into bins of fixed room, in one go
 * with the map, rather than count first. Where a bin overflows, the sample is not smooth, and the sort gives up.
 *
 * Values must be finite; rows, 32,768 at most. Every export that returns a boolean returns false where it gave up: what it
 * should have written is then of no use.
 */

const CAPACITY: usize = 32768;
const LOW_BITS: i32 = 8;
/** More would leave less to insertion, but the places of more, a cache line each, would not stay in the first cache. */
const HIGH_BITS: i32 = 10;
const BINS: usize = 1 << LOW_BITS;
// A word is made for being read in parts: its row, two bytes; four times its high digit, the place of a counter, two
// bytes; its value, four bytes.
const DIGIT: usize = 2;
const VALUE: usize = 4;

/** Values looked at to choose the map's centre and scale. */
const PILOTS: i32 = 31;
/** Where as many of them equal another, there are too few different values for the bins. */
const MOST_EQUAL: i32 = 8;
/**
 * Rows that are mapped, then dealt: numbers get from vectors to scalars fastest through memory. Few enough that a processor
 * which runs ahead maps the next ones while it deals these.
 */
const BLOCK: i32 = 32;
/** Insertions may move this many values a row before the sort gives up. */
const PATIENCE: i32 = 3;
/** Bytes of a bin's room at most: half as much again as its share, and some for few rows. */
const MOST_ROOM: usize = 1728;

// The memory, by address of the first byte.
const ENDS: usize = 1024;
const HIGH: usize = ENDS + 4 * BINS;
const PILOT: usize = HIGH + (4 << HIGH_BITS);
const KEYS: usize = PILOT + 128;
const WORDS: usize = KEYS + 4 * BLOCK;
const BINNED: usize = WORDS + 8 * BLOCK;
/** Also what an overflowing last bin runs into, before there is anything here. */
const RANKED: usize = BINNED + BINS * MOST_ROOM;
/** The importer may use the memory from here on. */
export const WORK: usize = RANKED + 8 * CAPACITY + 64;

/** Sorts values to `to`; writes also the four bytes before it. */
export function rank(from: usize, rows: i32, to: usize): bool {
  if (!deal(from, rows)) return false;
  accumulate(to, 2);
  const room = roomOf(rows);
  for (let bin: usize = 0, first = BINNED; bin < 4 * BINS; bin += 4, first += room) {
    const end = <usize>load<i32>(bin, ENDS);
    for (let word = first; word < end; word += 8) {
      const digit = <usize>load<u16>(word, DIGIT);
      const place = <usize>load<i32>(digit, HIGH);
      store<i32>(digit, <i32>place + 4, HIGH);
      store<i32>(place, load<i32>(word, VALUE));
    }
  }
  return insertValues(to, rows);
}

/** Sorts values to `to`, and writes the row of each rank. */
export function sort(from: usize, rows: i32, to: usize, order: usize): bool {
  if (!deal(from, rows)) return false;
  sortWords(rows);
  if (!insertWords(rows, false, 0, 0)) return false;
  for (let at: usize = 0; at < <usize>rows << 2; at += 4) {
    store<i32>(order + at, load<u16>(at << 1, RANKED));
    store<i32>(to + at, load<i32>(at << 1, RANKED + VALUE));
  }
  return true;
}

/** Writes for each row, in row order, the target of its value's rank. */
export function match(from: usize, rows: i32, targets: usize, matched: usize): bool {
  if (!deal(from, rows)) return false;
  sortWords(rows);
  return insertWords(rows, true, targets, matched);
}

/**
 * Replaces matched values by source minus matched, and returns the sum of the squares. Row i is summed in lane i mod 4, and
 * the lanes are added in order: the caller's own loop does the same, to the same last bit.
 */
export function gaps(source: usize, matched: usize, rows: i32): f64 {
  const end = matched + (<usize>rows << 2);
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  for (; matched + 16 <= end; matched += 16, source += 16) {
    const a = v128.load(source);
    const b = v128.load(matched);
    const low = f64x2.sub(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b));
    const high = f64x2.sub(f64x2.promote_low_f32x4(upper(a)), f64x2.promote_low_f32x4(upper(b)));
    first = f64x2.add(first, f64x2.mul(low, low));
    second = f64x2.add(second, f64x2.mul(high, high));
    v128.store(matched, f32x4.sub(a, b));
  }
  let sum = f64x2.extract_lane(first, 0);
  let sum1 = f64x2.extract_lane(first, 1);
  let sum2 = f64x2.extract_lane(second, 0);
  for (let lane = 0; matched < end; matched += 4, source += 4, lane++) {
    const gap = <f64>load<f32>(source) - <f64>load<f32>(matched);
    store<f32>(matched, <f32>gap);
    if (lane == 0) sum += gap * gap;
    else if (lane == 1) sum1 += gap * gap;
    else sum2 += gap * gap;
  }
  return sum + sum1 + sum2 + f64x2.extract_lane(second, 1);
}

// @ts-ignore
@inline
function upper(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 1);
}

/** An odd number of cache lines: the ends of bins, which advance together, then fall into all sets of a cache. */
// @ts-ignore
@inline
function roomOf(rows: i32): usize {
  return 64 * (((((rows * 3) >> (LOW_BITS + 1)) + 24) >> 3) | 1);
}

/** Maps all values, counts their high digits, and puts their words (value, high digit, row) into bins by the low digit. */
function deal(from: usize, rows: i32): bool {
  if (choosePilots(from, rows) >= MOST_EQUAL && rows >= PILOTS) return false;
  const centre = load<f32>(PILOT + 4 * (PILOTS >> 1));
  // Beyond single precision only for values all but zero, whose order is then left to others.
  const inverse = <f32>min(3e38, 1 / scaleOf(from, rows));
  const room = roomOf(rows);
  memory.fill(HIGH, 0, 4 << HIGH_BITS);
  for (let bin: usize = 0, first = BINNED; bin < 4 * BINS; bin += 4, first += room) store<i32>(bin, <i32>first, ENDS);
  let row = i32x4(0, 1, 2, 3);
  for (let i = 0; i < rows; i += BLOCK) {
    const end: usize = <usize>min(BLOCK, rows - i) << 2;
    row = map(from + (<usize>i << 2), end, row, centre, inverse);
    let at: usize = 0;
    for (; at + 16 <= end; at += 16) {
      const words = at << 1;
      dealOne(load<i64>(words, WORDS), load<u16>(words, WORDS + DIGIT), load<i32>(at, KEYS));
      dealOne(load<i64>(words, WORDS + 8), load<u16>(words, WORDS + 8 + DIGIT), load<i32>(at, KEYS + 4));
      dealOne(load<i64>(words, WORDS + 16), load<u16>(words, WORDS + 16 + DIGIT), load<i32>(at, KEYS + 8));
      dealOne(load<i64>(words, WORDS + 24), load<u16>(words, WORDS + 24 + DIGIT), load<i32>(at, KEYS + 12));
    }
    for (; at < end; at += 4) {
      dealOne(load<i64>(at << 1, WORDS), load<u16>(at << 1, WORDS + DIGIT), load<i32>(at, KEYS));
    }
  }
  for (let bin: usize = 0, end = BINNED + room; bin < 4 * BINS; bin += 4, end += room) {
    if (<usize>load<i32>(bin, ENDS) > end) return false;
  }
  return true;
}

/** Reads up to three values beyond the end, and writes as many words, which nobody reads. */
// @ts-ignore
@inline
function map(from: usize, end: usize, row: v128, centre: f32, inverse: f32): v128 {
  const c = f32x4.splat(centre);
  const inv = f32x4.splat(inverse);
  const one = f32x4.splat(1);
  const half = f32x4.splat(<f32>((1 << (LOW_BITS + HIGH_BITS - 1)) - 1));
  // Added to a number, leaves its integer part in the low bits.
  const integer = f32x4.splat(<f32>((1 << 23) + (1 << (LOW_BITS + HIGH_BITS - 1))));
  const highMask = i32x4.splat(((4 << HIGH_BITS) - 4) << 16);
  const lowMask = i32x4.splat((4 << LOW_BITS) - 4);
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(from + at);
    // Infinity by itself would give no number.
    const z = f32x4.pmin(
      f32x4.pmax(f32x4.mul(f32x4.sub(x, c), inv), f32x4.splat(-1e30)),
      f32x4.splat(1e30),
    );
    const key = f32x4.add(f32x4.mul(f32x4.div(z, f32x4.add(one, f32x4.abs(z))), half), integer);
    const low = v128.or(v128.and(i32x4.shl(key, 18 - LOW_BITS), highMask), row);
    v128.store(at, v128.and(i32x4.shl(key, 2), lowMask), KEYS);
    v128.store(at << 1, v128.shuffle<i32>(low, x, 0, 4, 1, 5), WORDS);
    v128.store(at << 1, v128.shuffle<i32>(low, x, 2, 6, 3, 7), WORDS + 16);
    row = i32x4.add(row, i32x4.splat(4));
  }
  return row;
}

// @ts-ignore
@inline
function dealOne(word: i64, digit: usize, bin: usize): void {
  const place = <usize>load<i32>(bin, ENDS);
  store<i32>(digit, load<i32>(digit, HIGH) + 1, HIGH);
  store<i32>(bin, <i32>place + 8, ENDS);
  store<i64>(place, word);
}

/** Sorts some values, evenly spaced among the rows, and returns how many equal an earlier one. */
function choosePilots(from: usize, rows: i32): i32 {
  const step = <f64>rows / PILOTS;
  let equal = 0;
  for (let k = 0; k < PILOTS; k++) {
    const x = load<f32>(from + (<usize>((<f64>k + 0.5) * step) << 2));
    let at: usize = PILOT + (<usize>k << 2);
    for (; at > PILOT && load<f32>(at - 4) > x; at -= 4) store<f32>(at, load<f32>(at - 4));
    store<f32>(at, x);
    if (at > PILOT && load<f32>(at - 4) == x) equal++;
  }
  return equal;
}

/** About 1.5 standard deviations of a normal distribution, which makes the map's cells about equally full. */
function scaleOf(from: usize, rows: i32): f64 {
  const centre = <f64>load<f32>(PILOT + 4 * (PILOTS >> 1));
  const quartiles =
    <f64>load<f32>(PILOT + 4 * (PILOTS - 1 - (PILOTS >> 2))) - <f64>load<f32>(PILOT + 4 * (PILOTS >> 2));
  if (quartiles > 0) return 1.1 * quartiles;
  let largest: f64 = 0;
  for (let at = from; at < from + (<usize>rows << 2); at += 4) {
    largest = max(largest, abs(<f64>load<f32>(at) - centre));
  }
  return largest > 0 ? largest / 4 : 1;
}

/** Turns numbers of high digits into addresses, from `place` on, of items of 2^size bytes. */
function accumulate(place: usize, size: i32): void {
  for (let at: usize = HIGH; at < PILOT; at += 4) {
    const count = load<i32>(at);
    store<i32>(at, <i32>place);
    place += count << size;
  }
}

function sortWords(rows: i32): void {
  accumulate(RANKED, 3);
  const room = roomOf(rows);
  for (let bin: usize = 0, first = BINNED; bin < 4 * BINS; bin += 4, first += room) {
    const end = <usize>load<i32>(bin, ENDS);
    for (let at = first; at < end; at += 8) {
      const word = load<i64>(at);
      const digit = <usize>load<u16>(at, DIGIT);
      const place = <usize>load<i32>(digit, HIGH);
      store<i32>(digit, <i32>place + 8, HIGH);
      store<i64>(place, word);
    }
  }
}

/** Four neighbours are looked at together: most are in order. */
function insertValues(to: usize, rows: i32): bool {
  const end = to + (<usize>rows << 2);
  let patience = 4 * PATIENCE * rows;
  store<f32>(to - 4, -Infinity);
  for (let at = to; at < end; at += 16) {
    if (!v128.any_true(f32x4.lt(v128.load(at), v128.load(at - 4)))) continue;
    for (let next = at; next < min(at + 16, end); next += 4) {
      const x = load<f32>(next);
      let place = next;
      for (; load<f32>(place - 4) > x; place -= 4) store<f32>(place, load<f32>(place - 4));
      store<f32>(place, x);
      patience -= <i32>(next - place);
    }
    if (patience < 0) return false;
  }
  return true;
}

/** As `insertValues`, on words; may hand each row its target on the way. */
// @ts-ignore
@inline
function insertWords(rows: i32, hand: bool, targets: usize, matched: usize): bool {
  const end = <usize>rows << 2;
  let patience = 4 * PATIENCE * rows;
  let last = f32x4.splat(-Infinity);
  store<f32>(RANKED - 4, -Infinity);
  for (let at: usize = 0; at < end; at += 16) {
    const values = v128.shuffle<i32>(
      v128.load(at << 1, RANKED),
      v128.load(at << 1, RANKED + 16),
      1, 3, 5, 7,
    );
    const before = v128.shuffle<i32>(values, last, 7, 0, 1, 2);
    last = values;
    if (at + 16 <= end && !v128.any_true(f32x4.lt(values, before))) {
      if (hand) {
        handOne(at, targets, matched);
        handOne(at + 4, targets, matched);
        handOne(at + 8, targets, matched);
        handOne(at + 12, targets, matched);
      }
      continue;
    }
    const stop = min(at + 16, end);
    for (let next = at; next < stop; next += 4) {
      const word = load<i64>(next << 1, RANKED);
      const x = f32.reinterpret_i32(<i32>(word >>> 32));
      let place = next;
      for (; load<f32>(place << 1, RANKED - VALUE) > x; place -= 4) {
        store<i64>(place << 1, load<i64>(place << 1, RANKED - 8), RANKED);
        if (hand) handOne(place, targets, matched);
      }
      store<i64>(place << 1, word, RANKED);
      if (hand) handOne(place, targets, matched);
      patience -= <i32>(next - place);
    }
    if (patience < 0) return false;
    last = f32x4.splat(load<f32>(stop << 1, RANKED - VALUE));
  }
  return true;
}

// @ts-ignore
@inline
function handOne(at: usize, targets: usize, matched: usize): void {
  const row = <usize>load<u16>(at << 1, RANKED);
  store<i32>(matched + (row << 2), load<i32>(targets + at));
}
