/**
 * Types of partway.js. A type argument says what the finished value is: `connect<Recipe>(url)`.
 */

/** A key for each object and an index for each array on the way to a place; `[]` is the whole value. */
export type Path = readonly (string | number)[];

/**
 * What there may be of a value while it is written: a member may be missing, and all of it is read-only.
 * A place that has been opened and has no value yet reads `null`.
 */
export type Partly<T> = T extends readonly (infer Element)[]
  ? readonly Partly<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Partly<T[Key]> | null }
    : T;

export type State = "absent" | "streaming" | "complete" | "rejected";

export type Status = "connecting" | "streaming" | "reconnecting" | "complete" | "error" | "closed";

/** Why the value is not going to be complete. */
export interface Failure {
  /** The name of the server's error, such as `TruncatedJSONError`, or `ClientError` for one of this end. */
  readonly type: string;
  readonly message: string;
  /** Where it came; `[]` if it has no place. */
  readonly path: Path;
}

/** What `finished` rejects with: the failure, and the value up to it. */
export interface PartwayError<T = unknown> extends Error, Failure {
  readonly message: string;
  readonly value: Partly<T> | null | undefined;
}

/** What is shown at a moment. It never changes. */
export interface Snapshot<T = unknown> {
  /** The number of the last frame; 0 before the first. */
  readonly seq: number;
  readonly status: Status;
  /** The JSON value so far: `undefined` before the first frame, `null` until a value begins. */
  readonly value?: Partly<T> | null;
  /** Why it has ended before it was complete. */
  readonly error?: Failure;
  /** Where text is being written, or where the error came; `null` if nowhere, `undefined` before the first frame. */
  readonly openPath?: Path | null;
  /** The places whose values did not fit. */
  readonly rejected: readonly Path[];
}

/** The value at this end, without a network. */
export interface Replica<T = unknown> extends Snapshot<T> {
  /**
   * Take in a message of the compact form.
   *
   * @param data its data, JSON text
   * @param id its number; without one it follows the last
   * @returns something true if it was the last message of the value
   * @throws {Error} it is not of the form, or does not fit; nothing has changed, and a snapshot is needed to go on
   */
  feed(data: string, id?: number | string): unknown;

  /** Show other things than before, and tell those who listen: for transports, which know the status. */
  set(changes: Partial<Snapshot<T>>): void;

  /**
   * How far a place has come.
   *
   * @param path the place; as a string, a pattern without `*`
   * @throws {Error} the string cannot be read
   */
  state(path: Path | string): State;

  /**
   * Have a function called for each place of a pattern whose value or state has changed, once a frame; one that is
   * gone is `undefined`. The pattern `""` is the whole, told of with each frame.
   *
   * @returns a function that ends it
   * @throws {Error} the pattern cannot be read; the message names the column
   */
  on(pattern: string, callback: (value: any, path: Path, live: this) => void): () => void;

  /** Have a function called after each frame and each change of the status. Gives a function that ends it. */
  subscribe(callback: (live: this, before: Snapshot<T>) => void): () => void;
}

export const Replica: { new <T = unknown>(): Replica<T> };

/** A replica that is connected. */
export interface Live<T = unknown> extends Replica<T> {
  /** The value when it is complete. Rejects with a `PartwayError`. */
  readonly finished: Promise<T>;
  /** Hang up. What is shown stays. */
  close(): void;
}

/** How to ask; what `fetch` takes besides is handed on to it. */
export interface Options extends Omit<RequestInit, "headers" | "body"> {
  /** Who asks; `fetch` by default. */
  fetch?: (url: string | URL, init: RequestInit) => Promise<Response>;
  headers?: Record<string, string>;
  /** Sent again when the connection is made again, so it cannot be a stream. */
  body?: Exclude<BodyInit, ReadableStream> | null;
  /** Milliseconds until the second attempt; each further one waits twice as long, up to 30 s. The server may set it. */
  retry?: number;
}

/** Connect to an `EventStream`, and again whenever the connection is lost before the value is complete. */
export function connect<T = unknown>(url: string | URL, options?: Options): Live<T>;

/** A change of the compact form: set, append, or remove. */
export type Change =
  readonly [path: Path, value: unknown] | readonly [path: Path, text: string, append: 1] | readonly [path: Path];

/** Apply a change to a JSON value, and give the new one. All that is not on the path is shared by the two. */
export function apply(value: unknown, change: Change): unknown;
