// Who is told of what: patterns, and the places whose value or state has changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Replica } from "./partway.js";
import { random, run } from "./documents.mjs";

const feed = (replica, said) => replica.feed(JSON.stringify(said));

const DOCUMENT = { title: "Tea", steps: [{ text: "a", "it.s": [1] }, { text: "b" }], "*": { "": "x" }, 0: "zero" };
const MATCHES = [
  ["title", [["title"]]],
  [".title", [["title"]]],
  ["['title']", [["title"]]],
  ["steps[0].text", [["steps", 0, "text"]]],
  [
    "steps[*].text",
    [
      ["steps", 0, "text"],
      ["steps", 1, "text"],
    ],
  ],
  [
    "steps.*['text']",
    [
      ["steps", 0, "text"],
      ["steps", 1, "text"],
    ],
  ],
  ["steps[0]['it.s'][0]", [["steps", 0, "it.s", 0]]],
  [
    "steps[0][*]",
    [
      ["steps", 0, "text"],
      ["steps", 0, "it.s"],
    ],
  ],
  ["*", [["0"], ["title"], ["steps"], ["*"]]],
  [
    "[*][*]",
    [
      ["steps", 0],
      ["steps", 1],
      ["*", ""],
    ],
  ],
  ["['*']['']", [["*", ""]]],
  ["['0']", [["0"]]],
  ["title[*]", []],
  ["nowhere[*].text", []],
  ["größe", []],
];

test("a pattern names the places that it names", () => {
  for (const [pattern, paths] of MATCHES) {
    const replica = new Replica();
    const told = [];
    replica.on(pattern, (value, path) => told.push([path, value]));
    feed(replica, { s: DOCUMENT, o: [] });
    const wanted = paths.map((path) => [path, path.reduce((node, key) => node[key], DOCUMENT)]);
    assert.deepEqual(told, wanted, pattern);
  }
});

const UNREADABLE = [
  ["steps[?]", 6],
  ["steps[", 6],
  ["steps[-1]", 6],
  ["steps[1:2]", 6],
  ["steps[*]text", 9],
  ["a..b", 2],
  ["a.", 2],
  ["a b[", 4],
  ["['a]", 1],
  ['["a"]', 1],
  ["]", 1],
  ["..", 1],
];

test("a pattern that cannot be read is an error that names the column", () => {
  const replica = new Replica();
  for (const [pattern, column] of UNREADABLE) {
    const message = `cannot read ${pattern} at column ${column}`;
    assert.throws(() => replica.on(pattern, () => {}), { message });
    assert.throws(() => replica.state(pattern), { message });
  }
});

test("places are told of when their value or their state changes, and only then", () => {
  const replica = new Replica();
  const told = [];
  replica.on("steps[*].text", (value, path, live) => told.push([value, path[1], live.state(path)]));
  const after = (said) => (feed(replica, said), told.splice(0));
  assert.deepEqual(after({ s: { steps: [] }, o: ["steps"] }), []);
  assert.deepEqual(after({ p: [[["steps", 0], { text: "Bo" }]], o: ["steps", 0, "text"] }), [["Bo", 0, "streaming"]]);
  assert.deepEqual(after({ p: [[["steps", 0, "text"], "il", 1]] }), [["Boil", 0, "streaming"]]);
  assert.deepEqual(after("."), [["Boil.", 0, "streaming"]]);
  assert.deepEqual(after({ x: [["note"]] }), []);
  assert.deepEqual(after({ o: ["steps", 0] }), [["Boil.", 0, "complete"]]);
  assert.deepEqual(after({ p: [[["title"], "Tea"]] }), []);
  const two = {
    p: [
      [["steps", 1], { text: "a" }],
      [["steps", 2], { text: "b" }],
    ],
    o: ["steps", 2, "text"],
  };
  assert.deepEqual(after(two), [
    ["a", 1, "complete"],
    ["b", 2, "streaming"],
  ]);
  assert.deepEqual(after({ x: [["note"], ["steps", 1, "text"]] }), [["a", 1, "rejected"]]);
  assert.deepEqual(after({ o: null, d: 1 }), [["b", 2, "complete"]]);
});

test("what is gone is told of as undefined", () => {
  const replica = new Replica();
  const told = [];
  feed(replica, { s: { steps: ["a", "b"], old: "c" }, o: [] });
  replica.on("*", (value, path, live) => told.push([value, path[0], live.state(path)]));
  replica.on("steps[*]", (value, path, live) => told.push([value, path[1], live.state(path)]));
  feed(replica, { s: { steps: ["a"] }, o: [] });
  assert.deepEqual(told, [
    [["a"], "steps", "complete"],
    [undefined, "old", "absent"],
    [undefined, 1, "absent"],
  ]);
});

test("the empty pattern is the whole, told of once a frame", () => {
  const replica = new Replica();
  const told = [];
  const end = replica.on("", (value, path, live) => told.push([value, path, live === replica]));
  feed(replica, { s: null, o: [] });
  feed(replica, { p: [[[], "x"]] });
  feed(replica, { x: [] });
  assert.deepEqual(told, [
    [null, [], true],
    ["x", [], true],
    ["x", [], true],
  ]);
  end();
  feed(replica, "y");
  assert.equal(told.length, 3);
});

test("of a long list only what has changed is looked into", () => {
  const replica = new Replica();
  const steps = Array.from({ length: 500 }, () => ({ text: "x" }));
  feed(replica, { s: { steps }, o: ["steps", 499, "text"] });
  let looked = 0;
  for (const step of replica.value.steps) {
    const { text } = step;
    Object.defineProperty(step, "text", { enumerable: true, configurable: true, get: () => (looked++, text) });
  }
  replica.on("steps[*].text", () => {});
  feed(replica, { p: [[["steps", 250, "text"], "!", 1]] });
  assert.ok(looked > 0 && looked <= 20, `${looked} looks`);
});

test("all that is told of adds up to what is there", () => {
  for (let seed = 1000; seed < 1200; seed++) {
    const replica = new Replica();
    const copy = new Map();
    const patterns = ["*", "[*][*]", "[*][*][*]", "[*][*][*][*]"];
    for (const pattern of patterns) {
      replica.on(pattern, (value, path, live) => copy.set(JSON.stringify(path), [value, live.state(path)]));
    }
    for (const { data, id } of run(random(seed))) {
      replica.feed(data, id);
      for (const [path, [value, state]] of places(replica))
        assert.deepEqual(copy.get(path), [value, state], `seed ${seed}, ${path}`);
    }
  }
});

function* places(replica, value = replica.value, path = []) {
  if (path.length) yield [JSON.stringify(path), [value, replica.state(path)]];
  if (value === null || typeof value !== "object" || path.length === 4) return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    yield* places(replica, Object.getOwnPropertyDescriptor(value, key).value, [...path, key]);
  }
}
