/**
 * A value that grows, in React.
 *
 * What a component gets is a copy of one moment, `state` too, so a deferred or an interrupted render shows one frame,
 * not two. It is taken in a task of its own: React renders each change at once, and frames that came together while it
 * was busy would be rendered one by one. The connection is opened a moment after the component is mounted: `StrictMode`
 * mounts it twice, and the first of two requests would start, and end, an answer of its own.
 */

import { useMemo, useSyncExternalStore } from "react";

import { connect, Replica } from "./partway.js";

/** Follow an `EventStream` for as long as the component is there; or a replica of somebody else's. */
export function usePartial(source, options) {
  const again = [source, options?.method, String(options?.body)]; // compared by what is asked for, not by identity
  const { subscribe, look } = useMemo(() => (source?.feed ? followed(source) : opened(source, options)), again);
  return useSyncExternalStore(subscribe, look, look);
}

/** A replica as it is now. */
function still({ seq, status, value, error, openPath, rejected }) {
  const { set, state } = new Replica();
  set({ seq, status, value, error, openPath, rejected });
  return { seq, status, value, error, openPath, rejected, state };
}

function followed(live) {
  let seen = still(live);
  return {
    look: () => seen,
    subscribe(tell) {
      let due = 0;
      const show = () => {
        due = 0;
        seen = still(live);
        tell();
      };
      const soon = () => (due ||= setTimeout(show));
      const end = live.subscribe(soon);
      if (live.seq !== seen.seq || live.status !== seen.status) soon(); // it went on before we listened
      return () => {
        clearTimeout(due);
        end();
      };
    },
  };
}

function opened(url, options) {
  const nothing = still(new Replica());
  let current = { look: () => nothing };
  return {
    look: () => current.look(),
    subscribe(tell) {
      let close = () => (close = null);
      queueMicrotask(() => {
        if (!close || url == null) return;
        const live = connect(url, options);
        current = followed(live);
        const end = current.subscribe(tell);
        close = () => {
          end();
          live.close();
        };
      });
      return () => close();
    },
  };
}
