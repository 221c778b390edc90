// What a React component in TypeScript does with the hook.

import { Replica } from "./partway.js";
import { usePartial, type PartialValue } from "./use-partial.js";

interface Recipe {
  title: string;
  steps: { text: string }[];
}

export function Page({ id, dish }: { id: string | null; dish: string }) {
  const { value, state, openPath, status, error, rejected } = usePartial<Recipe>(id && `/recipe/${id}`, {
    method: "POST",
    body: JSON.stringify({ dish }),
  });
  return (
    <article aria-busy={status === "streaming"} data-open={openPath?.join(".")} data-rejected={rejected.length}>
      <h1 className={state("title")}>{value?.title ?? "…"}</h1>
      {value?.steps?.map((step, index) => (
        <p key={index} className={state(["steps", index, "text"])}>
          {step.text}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
    </article>
  );
}

const socket = new Replica<Recipe>();

export function Own() {
  const now: PartialValue<Recipe> = usePartial(socket);
  // @ts-expect-error  it may not be there
  now.value.title;
  return <h1>{now.value?.title}</h1>;
}
