/**
 * The places of an object, drawn from the skeleton of its type before anything of it has come, and filled as it comes.
 *
 * An element is made once for each place and never replaced: what is absent, being written, complete or rejected is an
 * attribute of it, so that all else is a matter of style. A place is looked at again only if its value is another one
 * (the client shares what has not changed), or if the text is, or was, being written inside it.
 */

const CARDS = 6; // as many cards are drawn for a list of objects before it is known how long it is
const CHIPS = 4;
const LINES = 4; // bars of a long text; the style shows as many as have room

/** The expected length of a short text, in characters; a guess, as a designer makes it. */
const LENGTHS = { title: 24, name: 16, constellation: 11, language: 11 };
const LONG = new Set(["summary", "note", "advice"]);

/** Draw a place; `update(view)` of what is returned fills it. */
export function drawn(skeleton, path, tag = "div") {
  const element = document.createElement(tag);
  element.className = "place";
  element.dataset.name = skeleton.name ?? "";
  element.dataset.path = written(path);
  const kind = skeleton.choices || skeleton.format || skeleton.kind !== "string" ? "whole" : "text";
  const make = { object: anObject, array: anArray }[skeleton.kind] ?? (kind === "text" ? aText : aWhole);
  element.dataset.kind = skeleton.kind === "object" || skeleton.kind === "array" ? skeleton.kind : kind;
  const fill = make(element, skeleton, path);
  let before = {};
  return { element, update };

  function update(view) {
    const now = { value: view.at(path), state: view.state(path), open: view.inside(path), over: view.over };
    const same = now.value === before.value && now.state === before.state && now.over === before.over;
    if (same && !now.open && !before.open && view.rejections === before.rejections) return;
    before = { ...now, rejections: view.rejections };
    element.dataset.state = now.state;
    element.toggleAttribute("data-open", now.open);
    element.toggleAttribute("data-here", view.isOpen(path));
    fill(now.value, view);
  }
}

/** A path as people write it: `targets[2].note`. */
export function written(path) {
  return path.reduce((text, step) => text + (typeof step === "number" ? `[${step}]` : text ? `.${step}` : step), "");
}

function anObject(element, skeleton, path) {
  const list = added(body(element, skeleton), "dl", "fields");
  const fields = (skeleton.fields ?? []).map((field) => {
    const place = drawn(field, [...path, field.name]);
    list.append(place.element);
    return place;
  });
  return (_, view) => fields.forEach((field) => field.update(view));
}

function anArray(element, skeleton, path) {
  const objects = skeleton.items.kind === "object";
  const list = added(body(element, skeleton), "ol", "items");
  const items = [];
  return (value, view) => {
    const length = value?.length ?? 0;
    const complete = view.state(path) === "complete";
    const shown = complete ? length : objects ? Math.max(CARDS, Math.ceil(length / 3) * 3) : Math.max(CHIPS, length);
    while (items.length < shown) {
      const item = drawn(skeleton.items, [...path, items.length], "li");
      list.append(item.element);
      items.push(item);
    }
    while (items.length > shown) items.pop().element.remove();
    items.forEach((item, index) => {
      item.element.ariaHidden = String(index >= length);
      item.update(view);
    });
    element.toggleAttribute("data-empty", complete && length === 0);
  };
}

/** A text, which grows. */
function aText(element, skeleton) {
  const ink = aValue(element, skeleton, LONG.has(skeleton.name) ? LINES : 1);
  const expected = LENGTHS[skeleton.name] ?? 14;
  ink.parentElement.style.setProperty("--rest", expected);
  return (value = "") => {
    const shown = ink.firstChild?.data ?? "";
    if (value === shown) return;
    if (ink.firstChild && value.startsWith(shown)) ink.firstChild.appendData(value.slice(shown.length));
    else ink.textContent = value;
    ink.parentElement.style.setProperty("--rest", Math.max(2, expected - value.length));
  };
}

/** A number, a date, a choice: there is nothing of it, or all of it. */
function aWhole(element, skeleton) {
  const ink = aValue(element, skeleton, 1);
  return (value) => {
    if (value === undefined) delete element.dataset.choice;
    else if (skeleton.choices) element.dataset.choice = value;
    if (value !== undefined) ink.textContent = forPeople(value, skeleton);
  };
}

function aValue(element, skeleton, lines) {
  const value = body(element, skeleton, lines > 1 ? "value lines" : "value");
  const page = added(value, "span", "page");
  const ink = added(page, "span", "ink");
  added(page, "i", "cursor").setAttribute("aria-hidden", "true");
  const bars = added(page, "span", "bars");
  bars.setAttribute("aria-hidden", "true");
  for (let line = 0; line < lines; line++) added(bars, "i");
  return ink;
}

/** What holds a place: beside its label if it has a name, as the fields of an object do. */
function body(element, { name, title }, extra = "") {
  if (name) added(element, "dt", "label").textContent = title;
  return added(element, name ? "dd" : "div", `body ${extra}`.trim());
}

function added(parent, tag, name = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  parent.append(element);
  return element;
}

const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

function forPeople(value, { name, format }) {
  if (format === "date") return DATE.format(new Date(`${value}T00:00:00Z`));
  if (format === "time") return value.slice(0, 5);
  if (name === "latitude") return `${Math.abs(value).toFixed(2)}° ${value < 0 ? "S" : "N"}`;
  if (name === "longitude") return `${Math.abs(value).toFixed(2)}° ${value < 0 ? "W" : "E"}`;
  if (name === "altitude") return `${value.toLocaleString("en")} m`;
  if (name === "light") return `${Math.round(value * 100)} % lit`;
  if (name === "magnitude") return value.toFixed(1);
  return String(value);
}
