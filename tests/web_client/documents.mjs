// Random documents being written, as messages of the compact form, and beside each what a plain reader makes of it.

/** Numbers from 0 to 1, the same for the same seed (mulberry32's recurrence). */
export function random(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(next() * limit);
  const one = (list) => list[below(list.length)];
  return { next, below, one };
}

const KEYS = [
  "title",
  "steps",
  "text",
  "a.b",
  "",
  "0",
  "10",
  "__proto__",
  "constructor",
  "length",
  "größe",
  "it's",
  "[*]",
  "\u2028",
];
const TEXTS = [
  "",
  "a",
  "Boil the water.",
  "größe",
  "\u{1f95e}\u{1f468}\u200d\u{1f373}",
  'say "hi"\\',
  "line\nbreak\r\n",
  "\u2028\u2029",
  "data:x",
  "\u0000",
];
const ATOMS = [0, -1.5, 1e300, true, false, null];

/** Any JSON value, not deeper than some. */
export function value(dice, depth = 4) {
  const kind = dice.below(depth ? 5 : 2);
  if (kind === 0) return dice.one(ATOMS);
  if (kind < 3) return Array.from({ length: dice.below(3) }, () => dice.one(TEXTS)).join("");
  if (kind === 3) return Array.from({ length: dice.below(4) }, () => value(dice, depth - 1));
  return Object.fromEntries(Array.from({ length: dice.below(4) }, () => [dice.one(KEYS), value(dice, depth - 1)]));
}

/** The changes that write a value, in the order in which a model writes: strings in pieces, containers empty first. */
export function* written(dice, whole, path = []) {
  if (typeof whole === "string") {
    const characters = [...whole];
    yield [path, ""];
    while (characters.length) yield [path, characters.splice(0, 1 + dice.below(3)).join(""), 1];
  } else if (Array.isArray(whole)) {
    yield [path, []];
    for (const [at, inner] of whole.entries()) yield* written(dice, inner, [...path, at]);
  } else if (whole !== null && typeof whole === "object") {
    yield [path, {}];
    for (const [key, inner] of Object.entries(whole)) yield* written(dice, inner, [...path, key]);
    if (dice.below(8) === 0 && Object.keys(whole).length) {
      const key = dice.one(Object.keys(whole)); // it comes again, as a repeated key does
      yield [[...path, key]];
      yield* written(dice, whole[key], [...path, key]);
    }
  } else {
    yield [path, whole];
  }
}

/** What a change means, said as plainly as possible: in place, on a map that has no prototype. */
export function plainly(value, [path, next, append]) {
  const copy = structuredClone(next);
  if (!path.length) return append ? value + copy : (copy ?? null);
  const inner = path.slice(0, -1).reduce((node, key) => Object.getOwnPropertyDescriptor(node, key).value, value);
  const key = path.at(-1);
  const old = Object.getOwnPropertyDescriptor(inner, key)?.value;
  if (next === undefined) {
    if (Array.isArray(inner)) inner.splice(key, 1);
    else delete inner[key];
  } else {
    Object.defineProperty(inner, key, {
      value: append ? old + copy : copy,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return value;
}

/**
 * A run: `[{id, data, first, value, openPath, rejected, status}]`, the messages and what is to be seen after each;
 * `first` is what is sent instead of `data` as the first message of a connection.
 */
export function run(dice, { depth = 4, snapshots = true } = {}) {
  const whole = value(dice, depth);
  const changes = [...written(dice, whole)];
  const frames = [];
  let seen = null;
  let last = [];
  let openPath = null;
  let rejected = [];
  let seq = 0;
  const tell = (said, skipped = 0, whole = said) => {
    seq += 1 + skipped;
    const numbered = frames.length === 0 || skipped || dice.below(8) === 0;
    const message = { data: JSON.stringify(said), id: numbered ? seq : undefined };
    message.first = JSON.stringify({ o: openPath, ...whole, v: 1 });
    const status = said.e ? "error" : said.d ? "complete" : "streaming";
    frames.push({ ...message, seq, value: structuredClone(seen), openPath, rejected, status });
  };
  tell({ v: 1, s: null, o: null });
  while (changes.length) {
    const some = changes.splice(0, 1 + dice.below(3));
    for (const change of some) seen = plainly(seen, change);
    const before = last;
    last = some.at(-1)[0];
    openPath = last;
    const goesOn = some.length === 1 && some[0][2] && JSON.stringify(before) === JSON.stringify(last);
    const said = goesOn ? some[0][1] : { p: some };
    if (!goesOn && dice.below(4) === 0) said.o = openPath = last.slice(0, -1);
    if (!goesOn && dice.below(6) === 0) said.x = rejected = [...rejected, last];
    tell(said, dice.below(8) === 0 ? dice.below(5) : 0, goesOn ? { p: some } : said);
    if (snapshots && dice.below(20) === 0) {
      rejected = [];
      tell({ s: seen, o: (openPath = last) });
    }
  }
  const failed = dice.below(4) === 0 && { type: "TruncatedJSONError", message: "cut off", path: last };
  openPath = failed ? last : null;
  tell(failed ? { o: null, e: failed } : { o: null, d: 1 });
  return frames;
}

/** A message as an event of an event stream. */
export function framed({ id, data }, end = "\n", space = "") {
  return `${id === undefined ? "" : `id:${space}${id}${end}`}data:${space}${data}${end}${end}`;
}

/** Make sure that nobody can change a value. */
export function frozen(value) {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

/** A run that is short enough to be cut everywhere, and has what is worth it. */
export function long() {
  for (let seed = 0; ; seed++) {
    const frames = run(random(seed), { depth: 3 });
    const text = frames.map((frame) => framed(frame)).join("");
    if (text.length > 500 && text.length < 1500 && text.includes("\u{1f95e}") && text.includes("\u2028")) return frames;
  }
}
