// An EventStream of Python, at PARTWAY_URL, over a network that fails all the time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "./partway.js";
import { random } from "./documents.mjs";

const { PARTWAY_URL: url, PARTWAY_VALUE: wanted } = process.env;

/** A `fetch` whose answers break off after some bytes. */
function failing(dice) {
  return async (...request) => {
    const response = await fetch(...request);
    let left = dice.below(2 * wanted.length); // a snapshot fits, now and then
    const cut = new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) controller.error(Error("broken off"));
      },
    });
    return new Response(response.body.pipeThrough(cut), response);
  };
}

test("many clients, whose connections break off, see each text grow, and end with the whole", async () => {
  const clients = Array.from({ length: 12 }, (_, seed) =>
    connect(url, { fetch: seed ? failing(random(seed)) : fetch, retry: 1 }),
  );
  const whole = JSON.parse(wanted);
  let attempts = 0;
  for (const live of clients) {
    live.subscribe(({ status }) => (attempts += status === "reconnecting"));
    live.on("steps[*].text", (text, path) => assert.ok(whole.steps[path[1]].text.startsWith(text), `${path}: ${text}`));
  }
  for (const { finished } of clients) assert.deepEqual(await finished, whole);
  assert.ok(attempts > clients.length, `${attempts} attempts`);
});
