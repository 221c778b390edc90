// The React hook, in React itself: what is rendered, how often it connects, and when it hangs up.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Window } from "happy-dom";

const window = new Window();
Object.assign(globalThis, {
  window,
  document: window.document,
  navigator: window.navigator,
  IS_REACT_ACT_ENVIRONMENT: true,
});
after(() => window.happyDOM.close());

const { act, createElement: h, memo, startTransition, StrictMode, useDeferredValue } = await import("react");
const { createRoot } = await import("react-dom/client");
const { renderToString } = await import("react-dom/server");
const { Replica } = await import("./partway.js");
const { usePartial } = await import("./use-partial.js");

/** A server of one stream: what was asked, and a way to send. */
function served() {
  const asked = [];
  const streams = [];
  const fetch = async (url, init) => {
    asked.push({ url, ...init });
    const stream = new ReadableStream({
      start(controller) {
        streams.push(controller);
        init.signal.addEventListener("abort", () => controller.error(init.signal.reason));
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  };
  const send = (said, id) => {
    const text = `${id ? `id:${id}\n` : ""}data:${JSON.stringify(said)}\n\n`;
    streams.at(-1).enqueue(new TextEncoder().encode(text));
  };
  const hungUp = () => asked.map(({ signal }) => signal.aborted);
  return { asked, fetch, send, hungUp };
}

/** What is under way is done in microtasks, and then in a timer. */
async function settled() {
  for (let round = 0; round < 3; round++) await new Promise((done) => setTimeout(done));
}

async function doing(action) {
  await act(async () => action()); // effects run at its end
  await act(settled);
}

async function mounted(element) {
  const container = window.document.createElement("div");
  const root = createRoot(container);
  await doing(() => root.render(element));
  return { container, root };
}

function Tea({ server, url = "/tea", renders, ...options }) {
  const { value, state, openPath, status, error, rejected } = usePartial(url, { fetch: server.fetch, ...options });
  renders?.push(value);
  const shown = [
    value?.title ?? "-",
    state("title"),
    JSON.stringify(openPath ?? null),
    status,
    error?.type ?? "-",
    rejected.length,
  ];
  return h("p", null, shown.join(" "));
}

test("a component shows each frame", async () => {
  const server = served();
  const { container, root } = await mounted(h(Tea, { server }));
  assert.equal(container.textContent, "- absent null streaming - 0");
  await doing(() => server.send({ v: 1, s: { title: "T" }, o: ["title"] }, 1));
  assert.equal(container.textContent, 'T streaming ["title"] streaming - 0');
  await doing(() => server.send({ p: [[["title"], "ea", 1]], x: [["steps"]] }));
  assert.equal(container.textContent, 'Tea streaming ["title"] streaming - 1');
  await doing(() => server.send({ o: null, d: 1 }));
  assert.equal(container.textContent, "Tea complete null complete - 1");
  await doing(() => root.unmount());
});

test("an error of the run is shown, with what was there", async () => {
  const server = served();
  const { container, root } = await mounted(h(Tea, { server }));
  const error = { type: "TruncatedJSONError", message: "cut", path: ["title"] };
  await doing(() => server.send({ v: 1, s: { title: "Te" }, o: null, e: error }, 1));
  assert.equal(container.textContent, 'Te streaming ["title"] error TruncatedJSONError 0');
  await doing(() => root.unmount());
});

test("frames that come together are one render", async () => {
  const server = served();
  const renders = [];
  const { root } = await mounted(h(Tea, { server, renders }));
  await doing(() => server.send({ v: 1, s: { title: "" }, o: ["title"] }, 1));
  const before = renders.length;
  await doing(() => ["T", "e", "a"].forEach((text) => server.send({ p: [[["title"], text, 1]] })));
  assert.deepEqual(renders.slice(before), [{ title: "Tea" }]);
  await doing(() => root.unmount());
});

test("StrictMode mounts twice, and one request is made", async () => {
  const server = served();
  const { container, root } = await mounted(h(StrictMode, null, h(Tea, { server, method: "POST", body: "{}" })));
  await doing(() => server.send({ v: 1, s: { title: "Tea" }, d: 1 }, 1));
  assert.equal(container.textContent, "Tea complete null complete - 0");
  assert.deepEqual(
    server.asked.map(({ method, body }) => [method, body]),
    [["POST", "{}"]],
  );
  await doing(() => root.unmount());
});

test("to unmount hangs up", async () => {
  const server = served();
  const { root } = await mounted(h(StrictMode, null, h(Tea, { server })));
  assert.deepEqual(server.hungUp(), [false]);
  await doing(() => root.unmount());
  assert.deepEqual(server.hungUp(), [true]);
});

test("a component that goes at once makes no request", async () => {
  const server = served();
  await act(async () => {
    const root = createRoot(window.document.createElement("div"));
    root.render(h(Tea, { server }));
    queueMicrotask(() => root.unmount());
  });
  assert.deepEqual(
    server.hungUp().filter((over) => !over),
    [],
  );
});

test("another url, method or body is another connection, other options are not", async () => {
  const server = served();
  const { container, root } = await mounted(h(Tea, { server }));
  await doing(() => server.send({ v: 1, s: { title: "Tea" }, o: [] }, 1));
  await doing(() => root.render(h(Tea, { server, headers: { a: "b" }, retry: 5 })));
  assert.deepEqual(server.hungUp(), [false]);
  const next = [{ url: "/coffee" }, { url: "/coffee", method: "POST" }, { url: "/coffee", method: "POST", body: "{}" }];
  for (const [at, props] of next.entries()) {
    await doing(() => root.render(h(Tea, { server, ...props })));
    assert.deepEqual(server.hungUp(), [...Array(at + 1).fill(true), false]);
  }
  assert.equal(container.textContent, "- absent null streaming - 0", "nothing of the old one is left");
  await doing(() => root.unmount());
});

test("without a url it waits", async () => {
  const server = served();
  const { container, root } = await mounted(h(Tea, { server, url: null }));
  assert.equal(container.textContent, "- absent null connecting - 0");
  assert.equal(server.asked.length, 0);
  await doing(() => root.render(h(Tea, { server })));
  assert.equal(server.asked.length, 1);
  await doing(() => root.unmount());
});

test("a replica of somebody else's is followed, and left open", async () => {
  const live = new Replica();
  const Shown = () => h("p", null, JSON.stringify(usePartial(live).value ?? null));
  const { container, root } = await mounted(h(StrictMode, null, h(Shown)));
  await doing(() => live.feed('{"v":1,"s":{"a":"x"},"o":["a"]}'));
  await doing(() => live.feed('{"p":[[["a"],"y",1]]}'));
  assert.equal(container.textContent, '{"a":"xy"}');
  await doing(() => root.unmount());
  live.feed('"z"');
  const again = await mounted(h(Shown));
  assert.equal(again.container.textContent, '{"a":"xyz"}');
  await doing(() => again.root.unmount());
});

test("what goes on between the first render and the mount is not missed", async () => {
  const live = new Replica();
  live.feed('{"s":"x"}');
  const Shown = () => {
    const { value } = usePartial(live);
    if (value === "x") queueMicrotask(() => live.value === "x" && live.feed('{"p":[[[],"y",1]]}'));
    return h("p", null, value);
  };
  const { container, root } = await mounted(h(Shown));
  assert.equal(container.textContent, "xy");
  await doing(() => root.unmount());
});

test("a render that is interrupted or deferred shows one frame, never two", async () => {
  const live = new Replica();
  const seen = [];
  const Place = memo(({ now, index }) => {
    seen.push([now.seq, now.value.length, index, now.state([index])]);
    return h("li", null, now.value[index]);
  });
  const List = () => {
    const now = usePartial(live);
    const later = useDeferredValue(now);
    return h(
      "ul",
      null,
      later.value?.map((_, index) => h(Place, { key: index, now: later, index })),
    );
  };
  live.feed('{"s":[],"o":[]}');
  const { container, root } = await mounted(h(List));
  for (let at = 0; at < 30; at++) {
    await doing(() => {
      live.feed(JSON.stringify({ p: [[[at], `${at}`]] }));
      startTransition(() => root.render(h(List)));
    });
  }
  for (const [seq, length, index, state] of seen) {
    assert.equal(length, seq - 1);
    assert.equal(state, index === length - 1 ? "streaming" : "complete");
  }
  assert.equal(container.querySelectorAll("li").length, 30);
  await doing(() => root.unmount());
});

test("what has not changed need not be rendered again", async () => {
  const server = served();
  let rendered = 0;
  const Step = memo(({ step }) => (rendered++, h("li", null, step.text)));
  const List = () => {
    const { value } = usePartial("/steps", { fetch: server.fetch });
    return h(
      "ul",
      null,
      value?.map((step, index) => h(Step, { key: index, step })),
    );
  };
  const { container, root } = await mounted(h(List));
  await doing(() => server.send({ v: 1, s: [{ text: "a" }, { text: "b" }, { text: "c" }], o: [2, "text"] }, 1));
  assert.equal(rendered, 3);
  await doing(() => server.send({ p: [[[2, "text"], "!", 1]] }));
  await doing(() => server.send({ p: [[[2, "text"], "?", 1]] }));
  assert.equal(rendered, 5);
  assert.equal(container.textContent, "abc!?");
  await doing(() => root.unmount());
});

test("on the server it renders nothing, and asks nobody", async () => {
  const server = served();
  assert.match(renderToString(h(Tea, { server })), /- absent null connecting - 0/);
  await settled();
  assert.equal(server.asked.length, 0);
});
