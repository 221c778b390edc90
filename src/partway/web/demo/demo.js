/**
 * The page: what is shown of a replay, and the controls that steer it.
 *
 * It keeps nothing of the stream itself: the client has the value so far, the server has the replay. What is announced
 * to those who do not see the page is how the replay goes, not each character of it.
 */

import { drawn, written } from "./place.js";
import { Replay, told } from "./replay.js";

const $ = (id) => document.getElementById(id);
const ENDED = new Set(["complete", "error", "closed"]);
const ENDS = { TruncatedJSONError: "Cut off", MismatchError: "Did not fit" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const scenarios = await told("scenarios");
let replay = null;
let root = null;
let following = true; // until somebody scrolls
let asking = Promise.resolve(); // one request after the other, in the order of the clicks

// The object

/** What the places ask about the object. */
function viewOf(live) {
  const over = ENDED.has(live.status);
  const open = live.openPath;
  const leads = (path, to) => !!to && path.every((step, at) => step === to[at]);
  const inside = (path) => !over && leads(path, open);
  const cut = over && live.error?.type !== "MismatchError" ? live.error?.path : null; // a misfit is whole
  return {
    over,
    rejections: live.rejected,
    inside,
    isOpen: (path) => inside(path) && path.length === open.length,
    at: (path) => path.reduce((value, step) => value?.[step], live.value ?? undefined),
    state(path) {
      const state = live.state(path);
      if (!over || (state !== "streaming" && state !== "complete")) return state;
      return leads(path, cut) ? "cut" : "complete";
    },
  };
}

function showObject(live) {
  root.update(viewOf(live));
  const over = ENDED.has(live.status);
  $("object").setAttribute("aria-busy", String(!over));
  $("where").textContent = !over && live.openPath?.length ? written(live.openPath) : "";
  $("wire").textContent = replay.bytes.toLocaleString("en");
  showStatus();
  if (following && !over) follow();
}

let followed = null;

/** Keep in sight what is being written. */
function follow() {
  const here = $("object").querySelector("[data-here]");
  const target = here?.closest("li.place[data-kind=object]") ?? here;
  if (!target || target === followed) return;
  followed = target;
  target.scrollIntoView({ block: "nearest", behavior: calm.matches ? "instant" : "smooth" });
}

function showStatus() {
  const { status, error } = replay.object;
  const { playing, given, total } = replay.known;
  const paused = status === "streaming" && !playing && given < total;
  const shown = paused ? "paused" : status;
  const text = { connecting: "Connecting", streaming: "Streaming", paused: "Paused", reconnecting: "Reconnecting" }[shown];
  const title = text ?? (status === "complete" ? "Complete" : ENDS[error?.type] ?? "Closed");
  if ($("status").dataset.status === shown && $("status").textContent === title) return;
  $("status").dataset.status = shown;
  $("status").textContent = title;
  document.body.dataset.status = shown;
  $("verdict").hidden = !ENDED.has(status);
  $("verdict-title").textContent = `${title}.`;
  $("verdict-text").textContent = $("verdict").title = verdict(status, error);
  $("news").textContent = ENDED.has(status) ? `${title}. ${$("verdict-text").textContent}` : title;
  showControls();
}

function verdict(status, error) {
  if (status === "complete") return "Every place has come, and the whole is validated.";
  if (!error) return "";
  const place = error.path.length ? `${written(error.path)}: ` : "";
  const reason = error.message.replace(/ \(line \d+, .*\)$/, "");
  return `${place}${reason}. ${error.type in ENDS ? "What had come is still here." : ""}`;
}

// The deltas

let count = 0; // of deltas that are on the page

function showTape(deltas) {
  const tape = $("tape");
  const atEnd = tape.scrollHeight - tape.scrollTop - tape.clientHeight < 40;
  for (; count < deltas.length; count++) {
    const delta = document.createElement("span");
    delta.className = "delta";
    deltas[count].split("\n").forEach((line, at) => {
      if (at) delta.append(Object.assign(document.createElement("i"), { className: "end", ariaHidden: "true" }), "\n");
      delta.append(line);
    });
    tape.append(delta);
  }
  $("given").textContent = count;
  $("progress").style.transform = `scaleX(${count / replay.known.total})`;
  if (atEnd) tape.scrollTop = tape.scrollHeight;
}

// A replay

async function open(found) {
  replay?.close();
  replay = found;
  const { scenario, id, total, cut } = replay.known;
  history.replaceState(null, "", `#${scenario}/${id}`);
  const { look, told: what, skeleton, source } = scenarios.find(({ name }) => name === scenario);
  document.body.dataset.look = look;
  $("told").textContent = what;
  $("source").textContent = source;
  $("model").open = look === "language"; // there is room for it
  $("total").textContent = total;
  $("cut").value = cut ?? "";
  document.querySelector(`#scenarios input[value="${scenario}"]`).checked = true;
  root = drawn(skeleton, []);
  $("object").replaceChildren(root.element);
  $("tape").replaceChildren();
  [count, following, followed] = [0, true, null];
  $("stage").scrollTop = 0;
  $("status").dataset.status = "";
  showPace(replay.known.per_second);
  const mine = replay;
  replay.watch(
    (live) => mine === replay && showObject(live),
    (deltas) => mine === replay && showTape(deltas),
  );
  showObject(replay.object);
  showTape([]);
}

function start(scenario = document.querySelector("#scenarios input:checked").value) {
  const { pace } = scenarios.find(({ name }) => name === scenario);
  const same = scenario === replay?.known.scenario;
  const cut = $("cut").value ? Number($("cut").value) : null;
  ask(async () => open(await Replay.start({ scenario, cut, per_second: same ? perSecond() : pace, playing: true })));
}

function steer(asked) {
  ask(async () => {
    await replay.steer(asked);
    showStatus();
    showControls();
  });
}

/** Ask the server for something, after what was asked before. */
function ask(something) {
  asking = asking.then(something).catch((error) => {
    $("news").textContent = `The server does not answer: ${error.message}`;
  });
}

// The controls

const perSecond = () => Math.round(200 ** ($("pace").value / 100) * 10) / 10;

function showPace(pace) {
  if (pace !== undefined) $("pace").value = Math.round((Math.log(pace) / Math.log(200)) * 100);
  const text = `${perSecond() < 10 ? perSecond() : Math.round(perSecond())} a second`;
  $("pace-told").textContent = text;
  $("pace").setAttribute("aria-valuetext", `${text}`);
}

function showControls() {
  const over = ENDED.has(replay.object.status);
  const playing = replay.known.playing && !over;
  $("play").dataset.playing = playing;
  $("play-text").textContent = playing ? "Pause" : over ? "Again" : "Play";
  $("step").disabled = over;
}

function play() {
  if (ENDED.has(replay.object.status)) start();
  else steer({ playing: !replay.known.playing });
}

const step = () => $("step").disabled || steer({ playing: false, step: 1 });

function pace(by) {
  $("pace").value = Number($("pace").value) + by;
  setPace();
}

function setPace() {
  showPace();
  steer({ per_second: perSecond() });
}

function turnTheme() {
  const dark = !isDark();
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  localStorage.setItem("theme", dark ? "dark" : "light");
  showTheme();
}

const night = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (night.matches ? "dark" : "light")) === "dark";
const showTheme = () => $("theme").setAttribute("aria-pressed", String(isDark()));

const KEYS = { p: play, s: step, r: () => start(), t: turnTheme, "+": () => pace(8), "=": () => pace(8), "-": () => pace(-8) };

function onKey(event) {
  if (!$("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("select, textarea, input:not([type=radio]):not([type=checkbox]):not([type=range])")) return;
  const chosen = scenarios[Number(event.key) - 1];
  const action = chosen ? () => start(chosen.name) : KEYS[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
}

function listen() {
  for (const [at, { name, title }] of scenarios.entries()) {
    const choice = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "scenario", value: name });
    const text = Object.assign(document.createElement("span"), { textContent: title });
    text.append(Object.assign(document.createElement("kbd"), { textContent: at + 1 }));
    input.setAttribute("aria-keyshortcuts", at + 1);
    choice.append(input, text);
    $("scenarios").append(choice);
  }
  $("scenarios").addEventListener("change", () => start());
  $("play").addEventListener("click", play);
  $("step").addEventListener("click", step);
  $("replay").addEventListener("click", () => start());
  $("cut").addEventListener("change", () => start());
  $("pace").addEventListener("input", () => showPace());
  $("pace").addEventListener("change", setPace);
  $("theme").addEventListener("click", turnTheme);
  $("dock").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", onKey);
  night.addEventListener("change", showTheme);
  for (const kind of ["wheel", "touchmove"]) document.addEventListener(kind, () => (following = false), { passive: true });
  window.addEventListener("hashchange", () => ask(fromAddress));
}

/** Show the replay that the address names; if it is gone, or none is named, start one. */
async function fromAddress() {
  const [scenario, id] = location.hash.slice(1).split("/");
  const known = scenarios.some(({ name }) => name === scenario);
  const found = id ? await Replay.find(id) : null;
  if (found) await open(found);
  else start(known ? scenario : "night");
}

listen();
showTheme();
ask(fromAddress);
