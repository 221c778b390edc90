// Runs that Python has encoded, read here: PARTWAY_RUNS names a file with what Python has after each message.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Replica } from "./partway.js";

for (const { name, steps } of JSON.parse(readFileSync(process.env.PARTWAY_RUNS, "utf-8"))) {
  test(name, () => {
    const replica = new Replica();
    for (const { messages, value, states, status, rejected } of steps) {
      for (const { data, id } of messages) replica.feed(data, id ?? undefined);
      const told = messages.map(({ data }) => data).join("\n");
      assert.deepEqual([replica.value ?? null, replica.status, replica.rejected], [value, status, rejected], told);
      assert.equal(JSON.stringify(replica.value ?? null), JSON.stringify(value));
      for (const [path, state] of states)
        assert.equal(replica.state(path), state, `${JSON.stringify(path)} after ${told}`);
    }
  });
}
