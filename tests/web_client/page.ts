// What a page in TypeScript does with the client; each line under @ts-expect-error must be an error.

import { apply, connect, Replica, type Live, type PartwayError, type Path, type State } from "./partway.js";

interface Recipe {
  title: string;
  minutes: number | null;
  steps: { text: string; tags: string[] }[];
}

const live: Live<Recipe> = connect<Recipe>("/recipe", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ dish: "pancakes" }),
  credentials: "include",
  signal: new AbortController().signal,
  retry: 500,
  fetch: (url, init) => fetch(url, init),
});

const title: string | null | undefined = live.value?.title;
const text: string | null | undefined = live.value?.steps?.[0]?.text;
const open: Path | null | undefined = live.openPath;
const state: State = live.state("steps[0].text");
const same: State = live.state(["steps", 0, "text"]);
const type: string | undefined = live.error?.type;
const waiting: boolean = live.status === "connecting" || live.status === "reconnecting";

const end: () => void = live.on("steps[*].text", (value: string | undefined, path, replica) => {
  console.log(value, path[1], replica.state(path), replica.finished);
});
end();
live.subscribe((now, before) => console.log(now.seq > before.seq, now.value?.title !== before.value?.title))();

const recipe: Recipe = await live.finished;
try {
  await live.finished;
} catch (error) {
  const { type, path, value } = error as PartwayError<Recipe>;
  console.log(type, path, value?.title);
}
live.close();

const replica = new Replica<Recipe>();
replica.feed('{"v":1,"s":null}', 1);
replica.feed("{}", "2");
replica.set({ status: "reconnecting" });
const changed: unknown = apply({ a: "x" }, [["a"], "y", 1]);
apply(changed, [["a"]]);

console.log(title, text, open, state, same, type, waiting, recipe.steps[0]?.text, connect("/any").value);

// @ts-expect-error  the value may not be there
live.value.title;
// @ts-expect-error  nor a member
live.value?.title.length;
// @ts-expect-error  nobody may change it
live.value!.title = "mine";
// @ts-expect-error  nor what is in it
live.value!.steps!.push({ text: "mine" });
// @ts-expect-error  there is no such state
live.state("title") === "done";
// @ts-expect-error  a stream cannot be sent again
connect("/recipe", { body: new ReadableStream() });
// @ts-expect-error  headers are an object
connect("/recipe", { headers: new Headers({ a: "b" }) });
// @ts-expect-error  a replica has no connection
replica.close();
// @ts-expect-error  no such change
apply({}, [["a"], "y", 2]);
