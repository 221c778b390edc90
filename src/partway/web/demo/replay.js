/**
 * One replay on the server: started, steered, and watched over two connections, one for the object and one for the
 * deltas that it is made of. A page that is loaded again finds its replay by the id in its address.
 */

import { connect } from "./partway.js";

const RETRY = 200; // milliseconds: the server is near

export class Replay {
  /** Start a replay: `{scenario, cut, per_second, playing}`. */
  static async start(asked) {
    return new Replay(await told("replays", asked));
  }

  /** Find a replay that was started before; `null` if it is gone. */
  static async find(id) {
    try {
      return new Replay(await told(`replays/${encodeURIComponent(id)}`));
    } catch {
      return null;
    }
  }

  constructor(known) {
    this.known = known; // what the server has said of it last
    this.bytes = 0; // of the object's events
  }

  /** Watch it: `changed(live)` is called with each frame of the object, `given(deltas)` with the deltas so far. */
  watch(changed, given) {
    const counted = async (...request) => count(await fetch(...request), (bytes) => (this.bytes += bytes));
    const url = `replays/${this.known.id}`;
    this.object = connect(`${url}/value`, { fetch: counted, retry: RETRY });
    this.tape = connect(`${url}/deltas`, { retry: RETRY });
    this.object.subscribe(() => changed(this.object));
    this.tape.subscribe(() => given(this.tape.value ?? []));
    this.object.finished.catch(() => {}); // the status tells
    this.tape.finished.catch(() => {});
  }

  /** Ask for `{playing, per_second, step}`. */
  async steer(asked) {
    this.known = await told(`replays/${this.known.id}`, asked);
  }

  close() {
    this.object?.close();
    this.tape?.close();
  }
}

/** What the server answers; to something that is asked for, if there is anything. */
export async function told(url, asked) {
  const request = asked && { method: "POST", body: JSON.stringify(asked), headers: { "content-type": "application/json" } };
  const response = await fetch(url, request);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `${url}: ${response.status}`);
  return answer;
}

/** The same response, whose bytes are counted as they are read. */
function count(response, add) {
  if (!response.body) return response;
  const counting = new TransformStream({
    transform(chunk, controller) {
      add(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counting), response);
}
