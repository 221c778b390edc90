// What the messages mean, held against a plain reader, and what is shared from one value to the next.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { apply, Replica } from "./partway.js";
import { frozen, random, run, value } from "./documents.mjs";

const RUNS = 300;

const fed = (...messages) => {
  const replica = new Replica();
  for (const message of messages) replica.feed(typeof message === "string" ? message : JSON.stringify(message));
  return replica;
};

test("after each message the value is that of a plain reader, and no value changes later", () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const replica = new Replica();
    for (const frame of run(random(seed))) {
      replica.feed(frame.data, frame.id);
      frozen(replica.value);
      assert.equal(JSON.stringify(replica.value), JSON.stringify(frame.value), `seed ${seed}, ${frame.data}`);
      assert.deepEqual(replica.value, frame.value);
      assert.deepEqual(
        [replica.seq, replica.openPath, replica.rejected, replica.status],
        [frame.seq, frame.openPath, frame.rejected, frame.status],
        `seed ${seed}, ${frame.data}`,
      );
    }
  }
});

test("a text alone goes on where a snapshot is, if nothing has come behind that", () => {
  assert.equal(fed({ v: 1, s: "te", o: [] }, '"xt"').value, "text");
});

/** All objects and arrays in a value that lie off the path to a place. */
function* off(value, path) {
  if (value === null || typeof value !== "object") return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner = Object.getOwnPropertyDescriptor(value, key).value;
    if (path.length && key === path[0]) yield* off(inner, path.slice(1));
    else yield [key, value, inner];
  }
}

test("a change makes new objects on the path to it, and shares all others", () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const replica = new Replica();
    for (const frame of run(random(seed), { snapshots: false })) {
      const before = replica.value;
      const said = JSON.parse(frame.data);
      replica.feed(frame.data, frame.id);
      const changed = typeof said === "string" ? [replica.openPath] : (said.p ?? []).map(([path]) => path);
      if (changed.length !== 1) continue;
      const [path] = changed;
      for (const [key, parent, inner] of off(before ?? null, path)) {
        const at = whereIs(before, parent);
        const now = at.reduce((node, step) => node?.[step], replica.value);
        if (now && Object.hasOwn(now, key)) assert.equal(now[key], inner, `seed ${seed}, ${path}, ${key}`);
      }
      for (let depth = 0; depth < path.length; depth++) {
        const [was, is] = [before, replica.value].map((root) =>
          path.slice(0, depth).reduce((node, key) => node?.[key], root),
        );
        if (typeof was === "object" && was !== null) assert.notEqual(was, is, `seed ${seed}, ${path} at ${depth}`);
      }
    }
  }
});

function whereIs(root, wanted, path = []) {
  if (root === wanted) return path;
  if (root === null || typeof root !== "object") return null;
  for (const key of Array.isArray(root) ? root.keys() : Object.keys(root)) {
    const found = whereIs(Object.getOwnPropertyDescriptor(root, key).value, wanted, [...path, key]);
    if (found) return found;
  }
  return null;
}

test("an append to one of many leaves the others and the old value as they were", () => {
  const replica = fed({ s: { steps: Array.from({ length: 1000 }, (_, at) => ({ text: `${at}` })), notes: {} } });
  const before = frozen(replica.value);
  replica.feed('{"p":[[["steps",700,"text"],"!",1]]}');
  assert.equal(replica.value.steps[700].text, "700!");
  assert.equal(before.steps[700].text, "700");
  assert.equal(replica.value.notes, before.notes);
  assert.deepEqual(
    replica.value.steps.flatMap((step, at) => (step === before.steps[at] ? [] : [at])),
    [700],
  );
});

test("a message that has come already is passed over, a snapshot never is", () => {
  const replica = new Replica();
  replica.feed('{"v":1,"s":{"a":"x"},"o":["a"]}', 7);
  replica.feed('{"p":[[["a"],"y",1]]}', 8);
  replica.feed('{"p":[[["a"],"y",1]]}', 8);
  replica.feed('{"p":[[["a"],"x",1]]}', 3);
  assert.deepEqual([replica.value, replica.seq], [{ a: "xy" }, 8]);
  replica.feed('"z"');
  assert.deepEqual([replica.value, replica.seq], [{ a: "xyz" }, 9]);
  replica.feed('{"v":1,"s":{"b":1},"o":null}', 2); // the server began anew
  assert.deepEqual([replica.value, replica.seq], [{ b: 1 }, 2]);
});

test("a snapshot forgets what was rejected, and the error", () => {
  const replica = fed({ s: {}, x: [["a"]] }, { e: { type: "E", message: "m", path: [] } }, { s: [], o: [] });
  assert.deepEqual([replica.rejected, replica.error, replica.status], [[], undefined, "streaming"]);
});

test("the open path is that of the last change, unless it is told", () => {
  const replica = fed({ s: null, o: [] });
  const after = (said) => (replica.feed(JSON.stringify(said)), replica.openPath);
  assert.deepEqual(
    after({
      p: [
        [[], {}],
        [["a"], "x"],
      ],
    }),
    ["a"],
  );
  assert.deepEqual(after("y"), ["a"]);
  assert.deepEqual(after({ x: [["b"]] }), ["a"]);
  assert.deepEqual(after({ o: [] }), []);
  assert.deepEqual(after("z"), ["a"]);
  assert.deepEqual(after({ p: [[["b"], 1]], o: null }), null);
  assert.deepEqual(replica.value, { a: "xyz", b: 1 });
});

test("it says which message is the last", () => {
  const replica = new Replica();
  assert.ok(!replica.feed('{"s":null}'));
  assert.ok(!replica.feed('{"p":[[[],"x"]]}'));
  assert.ok(replica.feed('{"d":1}'));
  assert.ok(fed({ s: 1 }).feed('{"e":{"type":"E","message":"m","path":[]}}'));
});

const BAD = [
  "",
  "{",
  "null",
  '{"v":2,"s":1}',
  '{"p":[[["a","b"],1]]}',
  '{"p":[[["a"],"x",1]]}',
  '{"p":[[["n"],"x",1]]}',
  '{"p":5}',
  '{"p":[5]}',
];

test("what is not of the form throws, and changes nothing", () => {
  for (const bad of BAD) {
    const replica = fed({ s: { n: 1 }, o: [] });
    const before = { ...replica };
    assert.throws(() => replica.feed(bad), Error, bad);
    assert.deepEqual({ ...replica }, before, bad);
  }
});

test("a key may be any string, and none gets at a prototype", () => {
  for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "0", "", "a.b"]) {
    const replica = fed({ s: {}, o: [] });
    assert.equal(replica.state([key]), "absent");
    assert.equal(replica.state([key, "polluted"]), "absent");
    replica.feed(
      JSON.stringify({
        p: [
          [[key], {}],
          [[key, "polluted"], "ye"],
          [[key, "polluted"], "s", 1],
        ],
      }),
    );
    assert.equal(JSON.stringify(replica.value), `{${JSON.stringify(key)}:{"polluted":"yes"}}`);
    assert.equal(Object.getPrototypeOf(replica.value), Object.prototype);
    assert.equal(replica.state([key, "polluted"]), "streaming");
    assert.equal({}.polluted, undefined);
    assert.equal([].polluted, undefined);
  }
  for (const path of [
    ["__proto__", "polluted"],
    ["constructor", "prototype", "polluted"],
    ["a", "__proto__", "polluted"],
  ]) {
    const replica = fed({ s: { a: [] } });
    try {
      replica.feed(JSON.stringify({ p: [[path, 1]] }));
    } catch (error) {
      assert.ok(error instanceof TypeError);
    }
    assert.equal({}.polluted ?? Object.polluted ?? [].polluted, undefined);
  }
});

test("the state of a place is that of the path to it", () => {
  const replica = new Replica();
  assert.equal(replica.state(""), "absent");
  replica.feed('{"s":null,"o":[]}');
  assert.equal(replica.state([]), "streaming");
  replica.feed(
    '{"p":[[[],{"title":"Tea","steps":[{"text":"Bo"}],"note":null}]],"o":["steps",0,"text"],"x":[["steps",1],["title","x"]]}',
  );
  const states = (...paths) => paths.map((path) => replica.state(path));
  assert.deepEqual(states("", "steps", "steps[0]", "steps[0].text", ["steps", 0, "text"]), Array(5).fill("streaming"));
  assert.deepEqual(states("title", ["title"], "note"), Array(3).fill("complete"));
  assert.deepEqual(states("steps[2]", "tit", "title.x.y", "steps[0].text.x", "note.x"), Array(5).fill("absent"));
  assert.deepEqual(states("steps[1]", "title.x"), ["rejected", "rejected"]);
  replica.feed('{"o":["later"]}'); // opened, and there is nothing there yet
  assert.deepEqual(states("", "steps", "later"), ["streaming", "complete", "absent"]);
  replica.feed('{"o":null,"d":1}');
  assert.deepEqual(states("", "steps[0].text", "later", "steps[1]"), ["complete", "complete", "absent", "rejected"]);
});

test("what was cut off does not become complete", () => {
  const replica = fed({ s: { title: "Tea", steps: [{ text: "Bo" }] }, o: ["steps", 0, "text"] });
  replica.feed('{"o":null,"e":{"type":"TruncatedJSONError","message":"cut","path":["steps",0,"text"]}}');
  assert.deepEqual(
    ["", "title", "steps", "steps[0]", "steps[0].text"].map((path) => replica.state(path)),
    ["streaming", "complete", "streaming", "streaming", "streaming"],
  );
});

test("a change may be applied without a replica", () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const whole = frozen({ a: value(random(seed)), b: ["x"] });
    const changed = apply(whole, [["b", 0], "y", 1]);
    assert.deepEqual(changed, { a: whole.a, b: ["xy"] });
    assert.equal(changed.a, whole.a);
  }
});

test("all who listen are told of each frame, until they end it", () => {
  const replica = new Replica();
  const seen = [];
  const end = replica.subscribe((live, before) => seen.push([live.value, before.value]));
  replica.feed('{"s":null}');
  replica.feed('{"p":[[[],"x"]]}');
  end();
  replica.feed('"y"');
  assert.deepEqual(seen, [
    [null, undefined],
    ["x", null],
  ]);
});

const THROWING = `
  import { Replica } from "./partway.js";
  process.on("unhandledRejection", (error) => console.log("reported", error.message));
  const replica = new Replica();
  replica.subscribe(() => { throw Error("theirs"); });
  replica.on("*", () => { throw Error("its"); });
  replica.subscribe((live) => console.log("told", live.value));
  console.log("last", Boolean(replica.feed('{"s":["x"],"d":1}')));
`;

test("a callback that throws is reported, and stops nobody else", () => {
  const options = { cwd: import.meta.dirname, encoding: "utf-8" };
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", THROWING], options);
  assert.deepEqual(printed.trim().split("\n"), ["told [ 'x' ]", "last true", "reported theirs", "reported its"]);
});
