/**
 * Types of use-partial.js.
 */

import type { Options, Path, Replica, Snapshot, State } from "./partway.js";

/** What is shown at a moment, and what its places are. It never changes. */
export interface PartialValue<T = unknown> extends Snapshot<T> {
  /** How far a place has come, at that moment. */
  state(path: Path | string): State;
}

/**
 * Follow a value while it is written.
 *
 * @param source where an `EventStream` is, to which it is connected for as long as the component is there; or a replica
 *   of your own, which it follows and leaves open; `null` waits
 * @param options how to ask. Another url, method or body is another connection; changes of the rest wait for one.
 */
export function usePartial<T = unknown>(source: string | URL | Replica<T> | null, options?: Options): PartialValue<T>;
