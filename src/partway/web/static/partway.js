/**
 * What an `EventStream` of partway sends, in the browser: a JSON value that grows.
 *
 * Nobody changes a value that has been shown. A frame makes new objects along the paths that it changes and takes over
 * all others, so `===` tells what is as it was, and a snapshot stays what it is for as long as somebody holds it.
 *
 * It reads with `fetch`, not with `EventSource`, which can neither POST nor set a header, and which connects again
 * when an answer is over. The messages are the compact form of partway, version 1; docs/patches.md has it, and
 * docs/browser.md has examples. Types: partway.d.ts.
 *
 * It is to be under 3,000 bytes minified, and tests/web_client measures that. So what keeps state is a closure, whose
 * names a minifier can shorten, where classes would read as well, and what a server of partway never sends is left out.
 */

const STEP = /(?:^|\.)(?:\*|([^.*[\]]+))|\[(?:\*|(\d+)|'(.*?)')\]|(.)/gs;

/** Read a pattern: a key or an index for each step, `undefined` for any. */
const parse = (pattern) =>
  [...pattern.matchAll(STEP)].map((found) => {
    const [, name, index, quoted, bad] = found;
    if (bad) throw Error(`cannot read ${pattern} at column ${found.index + 1}`);
    return index ? +index : (name ?? quoted);
  });

const { isArray } = Array;

/** A member or an element; `undefined`, which no JSON has, if there is none. What all objects inherit is not one. */
const get = (node, key) => (Object.hasOwn(node ?? 0, key) ? node[key] : undefined);

const keys = (node) => (isArray(node) ? [...node.keys()] : Object.keys(node instanceof Object && node));

const within = (path, inner) => inner && path.every((key, at) => key === inner[at]);

/** How far a place has come. */
const stateIn = (now, path) =>
  now.rejected.some((one) => within(one, path) && within(path, one))
    ? "rejected"
    : path.reduce(get, now.value) === undefined
      ? "absent"
      : within(path, now.openPath)
        ? "streaming"
        : "complete";

/** Apply a change: `[path, value]` sets, `[path, text, 1]` appends, `[path]` removes. The rest is shared. */
export const apply = (value, [[key, ...path], next, append]) => {
  if (key === undefined) return append ? value.concat(next) : next;
  const inner = apply(value[key], [path, next, append]);
  if (isArray(value)) return value.toSpliced(key, 1, ...(inner === undefined ? [] : [inner]));
  const copy = { ...value, [key]: inner }; // an assignment would take the key `__proto__` for the prototype
  if (inner === undefined) delete copy[key];
  return copy;
};

/** The value at this end, without a network: feed it the messages of the compact form. */
export function Replica() {
  const listeners = new Set();
  let now;
  let last = [];

  const live = {
    /** Take in the data of a message, and its id if it has one; say whether it was the last. */
    feed(data, id) {
      const said = JSON.parse(data);
      const seq = +id || now.seq + 1;
      const old = said.s === undefined;
      if (old && seq <= now.seq) return;
      let {
        v,
        s: value = now.value,
        p = said.at ? [[last, said, 1]] : [],
        x: rejected = old ? now.rejected : [],
        e: error,
        d,
      } = said;
      if (v > 1) throw Error("version " + v);
      for (const change of p) {
        value = apply(value, change);
        last = change[0];
      }
      const { o = p[0] ? last : now.openPath } = said;
      live.set({
        seq,
        value,
        status: error ? "error" : d ? "complete" : "streaming",
        error,
        openPath: o ?? error?.path ?? null, // what is cut off is not complete
        rejected,
      });
      return error ?? d;
    },

    /** Show other things, and tell all who listen: for transports, which know the status. */
    set(changes) {
      const before = now;
      Object.assign(live, (now = { ...before, ...changes }));
      // A promise, so that what a callback throws is reported and stops nobody else.
      listeners.forEach((listener) => new Promise(() => listener(live, before)));
    },

    state: (path) => stateIn(now, path.map ? path : parse(path)),

    /** Have a function called after each frame. Gives a function that ends it. */
    subscribe(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },

    /** Have a function called for each place of a pattern whose value or state has changed. */
    on(pattern, callback) {
      const steps = parse(pattern);
      return live.subscribe((_, before) => {
        const walk = (was, is, path) => {
          const step = steps[path.length];
          if (
            was === is &&
            before.rejected === now.rejected &&
            ![before, now].some((one) => within(path, one.openPath))
          )
            return;
          if (path.length in steps)
            for (const key of step === undefined ? new Set([was, is].flatMap(keys)) : [step])
              walk(get(was, key), get(is, key), [...path, key]);
          else if (was !== is || !pattern || stateIn(before, path) !== stateIn(now, path)) callback(is, path, live);
        };
        walk(before.value, now.value, []);
      });
    },
  };
  live.set({ seq: 0, status: "connecting", rejected: [] });
  return live;
}

/** Read an event stream, cut anywhere: https://html.spec.whatwg.org/#parsing-an-event-stream */
async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part; !(part = await reader.read()).done;) {
    // If a cut is between CR and LF, the LF is left over, as an empty line.
    const blocks = (rest + part.value).split(/(?:\r?\n|\r(?!\n)){2}/);
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = {};
      for (const [, name, value] of block.matchAll(/^(\w+): ?([^\r\n]*)/gm)) fields[name] = value;
      yield fields;
    }
  }
}

/** Connect to an `EventStream`, and again whenever the connection is lost before the answer is over. */
export const connect = (url, { fetch: request = fetch, retry = 1000, signal, headers, ...init } = {}) => {
  const live = Replica();
  const stop = new AbortController();
  const over = stop.signal;
  let delay = retry;

  const end = (status, message = status) => {
    if (over.aborted) return;
    stop.abort();
    live.set({ status, error: { type: "ClientError", message, path: [] } });
  };
  const close = () => end("closed");

  const finished = (async () => {
    for (;;) {
      try {
        const {
          status,
          headers: got,
          body,
        } = await request(url, {
          ...init,
          headers: { ...headers, ...(live.seq && { "last-event-id": live.seq }) },
          signal: over,
        });
        if (status === 200 && /event-stream/.test(got.get("content-type"))) {
          live.set({ status: "streaming" });
          for await (const { data, id, retry: given } of messages(body)) {
            delay = retry = +given || retry;
            if (data && !over.aborted)
              try {
                if (live.feed(data, id)) stop.abort();
              } catch (error) {
                end("error", error.message);
              }
            if (over.aborted) break; // not every stream that is aborted says so to who is waiting for it
          }
        } else if (status < 500) end("error", "HTTP " + status);
      } catch {} // however it was lost, there is one thing to do
      if (over.aborted) {
        if (live.error) throw Object.assign(Error(), live.error, { value: live.value });
        return live.value;
      }
      live.set({ status: "reconnecting" });
      await new Promise((done) => {
        setTimeout((over.onabort = done), delay);
        globalThis.addEventListener?.("online", done, { signal: over });
      });
      delay = Math.min(2 * delay, 30_000);
    }
  })();
  finished.catch(() => {}); // nobody need wait for it

  signal?.addEventListener("abort", close);
  if (signal?.aborted) close();
  return Object.assign(live, { finished, close });
};
