// What is read from a connection: event streams cut at any byte, answers that are none, and how it ends.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "./partway.js";
import { framed, long, random, run } from "./documents.mjs";

const HEAD = { status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" } };
const encode = (text) => new TextEncoder().encode(text);

/** A body that comes in pieces. */
function body(pieces) {
  const left = [...pieces];
  return new ReadableStream({
    pull: (controller) => (left.length ? controller.enqueue(left.shift()) : controller.close()),
  });
}

/** A `fetch` that gives one answer after the other, and keeps what was asked. */
function answering(...answers) {
  const asked = [];
  const fetch = async (url, init) => {
    init.signal.throwIfAborted(); // then it asks nobody
    asked.push({ url, ...init });
    const answer = answers.shift();
    if (answer === undefined)
      return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { fetch, asked };
}

const answer = (text) => new Response(body([encode(text)]), HEAD);
const DONE = 'id:1\ndata:{"v":1,"s":"x","d":1}\n\n';

function cut(bytes, at) {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Use another `setTimeout` while a function runs. */
async function withTimers(wait, use) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = wait;
  try {
    await use();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

const LINES = [
  ["LF", "\n", ""],
  ["LF and a space", "\n", " "],
  ["CRLF", "\r\n", " "],
  ["CR", "\r", ""],
];

for (const [name, end, space] of LINES) {
  test(`a stream whose lines end in ${name} is read whole, wherever it is cut`, async () => {
    const frames = long();
    const text = "\ufeff" + [`: hello${end}${end}`, ...frames.map((frame) => framed(frame, end, space))].join("");
    const bytes = encode(text);
    assert.ok(bytes.length > text.length, "not of ASCII alone");
    for (let at = 0; at <= bytes.length; at++) {
      const { fetch } = answering(new Response(body(cut(bytes, at)), HEAD));
      const live = connect("x:", { fetch });
      const seen = [];
      live.subscribe(({ value, seq }) => seq && seen.push([seq, value]));
      await live.finished.catch((error) => assert.equal(error.type, "TruncatedJSONError"));
      assert.deepEqual(
        seen,
        frames.map(({ seq, value }) => [seq, value]),
        `cut at ${at}`,
      );
    }
  });
}

test("a stream that comes byte by byte is read whole", async () => {
  for (let seed = 0; seed < 20; seed++) {
    for (const [, end, space] of LINES) {
      const frames = run(random(seed));
      const bytes = encode(frames.map((frame) => framed(frame, end, space)).join(""));
      const { fetch } = answering(new Response(body(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), HEAD));
      const live = connect("x:", { fetch });
      await live.finished.catch(() => {});
      assert.deepEqual(
        [live.value, live.seq, live.status],
        [frames.at(-1).value, frames.at(-1).seq, frames.at(-1).status],
      );
    }
  }
});

const PASSED_OVER = [
  ": a comment\n\n",
  ":\n\n",
  "\n\n\n",
  "event: x\n\n",
  "id: 9\n\n",
  "other: y\n",
  "data\n\n",
  "retry: 5\n\n",
];

test("what is no message is passed over", async () => {
  for (const text of PASSED_OVER) {
    const { fetch, asked } = answering(answer(text + DONE));
    const live = connect("x:", { fetch });
    assert.equal(await live.finished, "x", text);
    assert.deepEqual([live.seq, asked.length], [1, 1], text);
  }
});

const UNFINISHED = ['id:2\ndata:"y"\n', 'id:2\ndata:"y"', "id:2\nda", "id:2\n"];

test("a message that is not whole is not taken", async () => {
  for (const tail of UNFINISHED) {
    const { fetch, asked } = answering(
      answer('id:1\ndata:{"v":1,"s":null,"p":[[[],"x"]]}\n\n' + tail),
      answer('id:2\ndata:{"v":1,"p":[[[],"y",1]],"d":1}\n\n'),
    );
    const live = connect("x:", { fetch, retry: 1 });
    assert.equal(await live.finished, "xy", tail);
    assert.deepEqual(
      asked.map(({ headers }) => headers["last-event-id"]),
      [undefined, 1],
    );
  }
});

test("the snapshot of the whole is written to the object itself", async () => {
  const { fetch } = answering(answer(DONE));
  const live = connect("x:", { fetch });
  assert.deepEqual([live.status, live.value, live.seq, live.rejected], ["connecting", undefined, 0, []]);
  await live.finished;
  assert.deepEqual(
    [live.status, live.value, live.seq, live.openPath, live.error],
    ["complete", "x", 1, null, undefined],
  );
});

test("the request is the user's", async () => {
  const { fetch, asked } = answering(answer('id:4\ndata:{"v":1,"s":1}\n\n'), answer('id:5\ndata:{"v":1,"d":1}\n\n'));
  const options = {
    fetch,
    method: "POST",
    body: "{}",
    headers: { authorization: "me" },
    credentials: "include",
    retry: 1,
  };
  await connect("/run?a=1", options).finished;
  for (const { url, method, body, credentials } of asked) {
    assert.deepEqual([url, method, body, credentials], ["/run?a=1", "POST", "{}", "include"]);
  }
  assert.deepEqual(
    asked.map(({ headers }) => headers),
    [{ authorization: "me" }, { authorization: "me", "last-event-id": 4 }],
  );
});

const NO_STREAM = [
  [new Response(null, { status: 204 }), "HTTP 204"],
  [new Response("{}", { status: 404 }), "HTTP 404"],
  [new Response("", { status: 401, headers: HEAD.headers }), "HTTP 401"],
  [new Response("<p>Log in</p>", { headers: { "content-type": "text/html" } }), "HTTP 200"],
];

test("an answer that is no stream is an error, and it is not asked again", async () => {
  for (const [response, message] of NO_STREAM) {
    const { fetch, asked } = answering(response);
    const live = connect("x:", { fetch, retry: 1 });
    const told = { type: "ClientError", message, path: [] };
    await assert.rejects(live.finished, { ...told, value: undefined });
    assert.deepEqual([live.status, live.error, asked.length], ["error", told, 1]);
  }
});

const MALFORMED = ["{", '"x"', '{"v":2,"s":1}', '{"v":1,"p":[[["a",0],1]]}'];

test("a message that is not of the form is an error, and what was shown stays", async () => {
  for (const data of MALFORMED) {
    const { fetch, asked } = answering(
      answer(`id:1\ndata:{"v":1,"s":{"n":1},"o":[]}\n\ndata:${data}\n\ndata:{"d":1}\n\n`),
    );
    const live = connect("x:", { fetch, retry: 1 });
    await assert.rejects(live.finished, { type: "ClientError", value: { n: 1 } });
    assert.deepEqual([live.status, live.value, live.seq, asked.length], ["error", { n: 1 }, 1, 1], data);
  }
});

test("an error of the run ends it, with the value up to it", async () => {
  const error = { type: "TruncatedJSONError", message: "cut off", path: ["a"] };
  const { fetch, asked } = answering(
    answer(`id:1\ndata:{"v":1,"s":{"a":"x"},"o":null,"e":${JSON.stringify(error)}}\n\n`),
  );
  const live = connect("x:", { fetch, retry: 1 });
  await assert.rejects(live.finished, { ...error, value: { a: "x" } });
  assert.deepEqual([live.status, live.error, live.state("a"), asked.length], ["error", error, "streaming", 1]);
});

test("to close hangs up, and nothing comes after it", async () => {
  const messages = encode('id:1\ndata:{"v":1,"s":"x"}\n\ndata:"y"\n\n');
  const { fetch, asked } = answering(new Response(body([messages]), HEAD));
  const live = connect("x:", { fetch });
  const seen = [];
  live.subscribe(({ status, value }) => {
    seen.push([status, value]);
    if (value) live.close();
  });
  await assert.rejects(live.finished, { type: "ClientError", message: "closed", value: "x" });
  live.close();
  assert.deepEqual(seen.at(-1), ["closed", "x"]);
  assert.deepEqual([live.status, live.seq, asked[0].signal.aborted], ["closed", 1, true]);
});

test("to be over does not wait for a body that goes on, and nothing more is taken from it", async () => {
  for (const ends of [DONE, 'id:1\ndata:{"v":1,"s":"x"}\n\n', "data:{\n\n"]) {
    let send;
    const stream = new ReadableStream({ start: (controller) => (send = (text) => controller.enqueue(encode(text))) });
    const live = connect("x:", { fetch: async () => new Response(stream, HEAD) });
    live.subscribe(({ value }) => ends !== DONE && value && live.close());
    send(ends);
    await live.finished.catch(() => {});
    const before = { ...live };
    send('id:9\ndata:{"s":"y"}\n\n');
    await new Promise((done) => setImmediate(done));
    assert.deepEqual({ ...live }, before, ends);
    assert.notEqual(live.status, "streaming");
  }
});

test("a message that is under way when it is closed is not taken", async () => {
  let send;
  const stream = new ReadableStream({ start: (controller) => (send = (text) => controller.enqueue(encode(text))) });
  const live = connect("x:", { fetch: async () => new Response(stream, HEAD) });
  await new Promise((done) => setImmediate(done));
  live.close();
  send('id:1\ndata:{"v":1,"s":"x"}\n\n');
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([live.status, live.value], ["closed", undefined]);
});

test("to close while it waits ends the wait", async () => {
  const { fetch, asked } = answering(Error("refused"));
  await withTimers(
    () => {},
    async () => {
      const live = connect("x:", { fetch });
      live.subscribe(({ status }) => status === "reconnecting" && queueMicrotask(live.close));
      await assert.rejects(live.finished, { message: "closed" });
    },
  );
  assert.equal(asked.length, 1);
});

test("to close what is over changes nothing", async () => {
  const { fetch } = answering(answer(DONE));
  const live = connect("x:", { fetch });
  await live.finished;
  live.close();
  assert.deepEqual([live.status, live.error], ["complete", undefined]);
});

test("a signal closes it, before or later", async () => {
  const { fetch } = answering();
  const early = connect("x:", { fetch, signal: AbortSignal.abort() });
  await assert.rejects(early.finished, { message: "closed" });
  const stop = new AbortController();
  const later = connect("x:", { fetch, signal: stop.signal });
  stop.abort();
  assert.equal(later.status, "closed");
  await assert.rejects(later.finished, { message: "closed" });
});

test("a page that is online again tries at once", async () => {
  const events = new EventTarget();
  const signals = [];
  globalThis.addEventListener = (type, listener, options) => {
    signals.push(options.signal);
    events.addEventListener(type, listener, options);
  };
  try {
    const { fetch, asked } = answering(Error("offline"), answer(DONE));
    await withTimers(
      () => {},
      async () => {
        const live = connect("x:", { fetch });
        const online = () => events.dispatchEvent(new Event("online"));
        live.subscribe(({ status }) => status === "reconnecting" && queueMicrotask(online));
        assert.equal(await live.finished, "x");
      },
    );
    assert.equal(asked.length, 2);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
      "nobody listens any more",
    );
  } finally {
    delete globalThis.addEventListener;
  }
});

/** The waits between attempts, in milliseconds, without waiting. */
async function waits(answers, options) {
  const waited = [];
  const wait = (done, milliseconds) => {
    waited.push(milliseconds);
    queueMicrotask(done);
  };
  await withTimers(wait, () => connect("x:", { fetch: answering(...answers).fetch, ...options }).finished);
  return waited;
}

const down = (count) => Array.from({ length: count }, () => Error("refused"));
const begun = 'id:1\ndata:{"v":1,"s":null}\n\n';

test("the wait doubles up to half a minute, and is short again after a message", async () => {
  const unavailable = () => new Response("", { status: 503 });
  assert.deepEqual(await waits([...down(7), answer(DONE)]), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.deepEqual(await waits([...down(2), unavailable(), answer(DONE)], { retry: 10 }), [10, 20, 40]);
  assert.deepEqual(await waits([...down(2), answer(begun), ...down(1), answer(DONE)], { retry: 10 }), [10, 20, 10, 20]);
});

test("the server may say how long to wait", async () => {
  assert.deepEqual(await waits([answer("retry:70\n\n" + begun), ...down(1), answer(DONE)]), [70, 140]);
  assert.deepEqual(await waits([answer("retry: soon\n\n" + begun), answer(DONE)], { retry: 30 }), [30]);
});

test("the status tells how the connection is", async () => {
  const { fetch } = answering(answer(begun), Error("refused"), answer('id:2\ndata:{"v":1,"d":1}\n\n'));
  const live = connect("x:", { fetch, retry: 1 });
  const statuses = [live.status];
  live.subscribe(({ status }) => status !== statuses.at(-1) && statuses.push(status));
  await live.finished;
  assert.deepEqual(statuses, ["connecting", "streaming", "reconnecting", "streaming", "complete"]);
});
