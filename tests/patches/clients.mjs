// The clients of other formats, as they are on npm, read what was written: is it what they take, and what do they have?
// Input: a file of JSON, { format: [{ messages: [[data, event]], values, value, text, ending }] }. Output: nothing, or what is wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { AssistantMessageAccumulator, AssistantStream, AssistantTransportDecoder } from "assistant-stream";
import { parsePartialJson, readUIMessageStream, uiMessageChunkSchema } from "ai";
import jsonpatch from "fast-json-patch";

const same = (found, expected) => assert.deepEqual(found, expected);

function sse(messages) {
  const body = messages.map(([data, event]) => (event ? `event: ${event}\n` : "") + `data: ${data}\n\n`).join("");
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function uiMessage(messages) {
  const chunks = [];
  for (const [data] of messages) {
    if (data === "[DONE]") continue;
    const checked = await uiMessageChunkSchema().validate(JSON.parse(data));
    assert.ok(checked.success, data);
    chunks.push(checked.value);
  }
  assert.equal(messages.at(-1)[0], "[DONE]");
  const stream = new ReadableStream({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(chunk));
      controller.close();
    },
  });
  let last;
  const errors = [];
  for await (const message of readUIMessageStream({ stream, onError: (error) => errors.push(error) })) last = message;
  return { last, errors };
}

const readers = {
  "json-patch"({ messages, values }) {
    let value = null;
    const patches = messages.filter(([, event]) => !event);
    assert.equal(patches.length, values.length);
    patches.forEach(([data], at) => {
      value = jsonpatch.applyPatch(value, JSON.parse(data), true).newDocument;
      same(value, values[at]);
    });
  },
  async "vercel-ui"({ messages, value, ending }) {
    const { last, errors } = await uiMessage(messages);
    const part = last.parts.find((one) => one.type === "tool-answer");
    assert.equal(errors.length, ending === "complete" ? 0 : 1);
    assert.equal(part.state, ending === "complete" ? "input-available" : "input-streaming");
    if (ending === "complete") same(part.input, value);
  },
  async "vercel-data"({ messages, value }) {
    const { last } = await uiMessage(messages);
    same(last.parts.find((one) => one.type === "data-answer").data, value);
  },
  async "assistant-ui"({ messages, value, ending }) {
    let last;
    const stream = AssistantStream.fromResponse(sse(messages), new AssistantTransportDecoder());
    const grown = stream.pipeThrough(new AssistantMessageAccumulator());
    for await (const message of grown) last = message;
    same(last.metadata.unstable_state, value);
    assert.equal(last.status.type === "incomplete" && last.status.reason === "error", ending === "error");
  },
  async text({ messages, text, ending }) {
    let body = "";
    for (const [data] of messages) {
      body += data;
      assert.notEqual((await parsePartialJson(body)).state, "failed-parse", body);
    }
    const { value, state } = await parsePartialJson(body);
    assert.equal(state, ending === "complete" ? "successful-parse" : "repaired-parse");
    if (ending === "complete") same(value, JSON.parse(text));
  },
};

const stories = JSON.parse(readFileSync(process.argv[2], "utf-8"));
for (const [format, told] of Object.entries(stories)) {
  for (const story of told) {
    try {
      await readers[format](story);
    } catch (error) {
      console.log(`${format}: ${error.stack}\n${JSON.stringify(story).slice(0, 2000)}`);
    }
  }
}
