// A server that hangs up wherever it can, and a client that ends with each character, once.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { connect } from "./partway.js";
import { framed, long, random, run } from "./documents.mjs";

/** Serve with a handler, for as long as a function runs. */
async function serving(handler, use) {
  const server = createServer(handler);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await use(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

/** The messages that a client with a number is sent: those behind it, or a snapshot if it has none. */
function tail(frames, seq) {
  const at = frames.findIndex((frame) => frame.seq === seq);
  const [next, ...rest] = frames.slice(at + 1); // all of them, if it has none: the first one is a snapshot
  return [{ ...next, id: next.seq, data: next.first }, ...rest];
}

const open = (response) => response.writeHead(200, { "content-type": "text/event-stream" });

test("a connection that is dropped behind every message loses nothing and repeats nothing", async () => {
  for (let seed = 500; seed < 520; seed++) {
    const frames = run(random(seed), { depth: 3 });
    let connections = 0;
    const handler = (request, response) => {
      connections++;
      const [message] = tail(frames, Number(request.headers["last-event-id"]));
      open(response).write(framed(message), () => response.destroy());
    };
    await serving(handler, async (url) => {
      const live = connect(url, { retry: 0.1 });
      const seen = [];
      live.subscribe(({ seq, value, status }) => status !== "reconnecting" && seq && seen.push([seq, value]));
      await live.finished.catch((error) => assert.equal(error.type, "TruncatedJSONError"));
      const values = new Map(frames.map((frame) => [frame.seq, frame.value]));
      for (const [seq, value] of seen) assert.deepEqual(value, values.get(seq), `seed ${seed}, message ${seq}`);
      assert.deepEqual(seen.at(-1), [frames.at(-1).seq, frames.at(-1).value], `seed ${seed}`);
      assert.deepEqual(
        [...new Set(seen.map(([seq]) => seq))],
        frames.map(({ seq }) => seq),
        `seed ${seed}`,
      );
      assert.equal(connections, frames.length);
    });
  }
});

test("a connection that is cut at any byte, however often, ends with the same value", async () => {
  const frames = long();
  const dice = random(7);
  const longest = Math.max(...frames.map((frame) => Buffer.byteLength(framed({ id: frame.seq, data: frame.first }))));
  const handler = (request, response) => {
    const bytes = Buffer.from(
      tail(frames, Number(request.headers["last-event-id"]))
        .map((frame) => framed(frame))
        .join(""),
    );
    open(response).write(bytes.subarray(0, dice.below(2 * longest)), () => response.destroy());
  };
  await serving(handler, async (url) => {
    for (let round = 0; round < 20; round++) {
      const live = connect(url, { retry: 0.1 });
      await live.finished.catch((error) => assert.equal(error.type, "TruncatedJSONError"));
      assert.deepEqual([live.value, live.seq], [frames.at(-1).value, frames.at(-1).seq]);
    }
  });
});

test("a server that was started anew, with other numbers, gives a snapshot, which counts", async () => {
  const answers = [
    'id:90\ndata:{"v":1,"s":{"a":"old"},"o":[]}\n\n',
    'id:2\ndata:{"v":1,"s":{"a":"new"},"o":null,"d":1}\n\n',
  ];
  const asked = [];
  const handler = (request, response) => {
    asked.push(request.headers["last-event-id"]);
    open(response).write(answers.shift(), () => response.destroy());
  };
  await serving(handler, async (url) => {
    const live = connect(url, { retry: 0.1 });
    assert.deepEqual(await live.finished, { a: "new" });
    assert.deepEqual([live.seq, asked], [2, [undefined, "90"]]);
  });
});

test("a client that hangs up does so at the server, too", async () => {
  let gone;
  const left = new Promise((done) => (gone = done));
  const handler = (request, response) => {
    response.on("close", gone);
    open(response).write('id:1\ndata:{"v":1,"s":null}\n\n');
  };
  await serving(handler, async (url) => {
    const live = connect(url);
    live.subscribe(({ seq }) => seq && live.close());
    await Promise.all([left, assert.rejects(live.finished)]);
  });
});

test("a client that has all hangs up, though the server does not", async () => {
  let gone;
  const left = new Promise((done) => (gone = done));
  const handler = (request, response) => {
    response.on("close", gone);
    open(response).write('id:1\ndata:{"v":1,"s":1,"d":1}\n\n');
  };
  await serving(handler, async (url) => {
    assert.equal(await connect(url).finished, 1);
    await left;
  });
});
