import type { ErrorCode, ErrorDetails } from '../host/errors.ts';
import type { SetupOptions } from '../host/kernels.ts';
import type { Progress } from '../host/progress.ts';

/** Stands in every message, and tells them from those of others that pass between the same two sides. */
export const PROTOCOL = 1;

/** The object that makes the others. */
export const ROOT = 0;

/** The number of the first call, which opens the thread. */
export const OPENING = 1;

/** One call of a method, or one look at a property. */
export interface Call {
  readonly lanewise: typeof PROTOCOL;
  /** Its number, by which it is answered. */
  readonly call: number;
  readonly object: number;
  readonly name: string;
  readonly args: readonly unknown[];
  /** The last argument, where the caller gave options; without what no message can carry. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** `options.filter`, as bytes. */
  readonly filter?: Uint8Array | undefined;
  /** Whether the caller listens to its progress, and may abort it. */
  readonly isWatched: boolean;
}

/** The wish that a call be aborted. */
export interface Abort {
  readonly lanewise: typeof PROTOCOL;
  readonly call: number;
  readonly abort: true;
}

/** What became of a call; `progress` comes before, any number of times. */
export type Outcome =
  /** Told once, by no call: messages are listened to from now on. */
  | { readonly is: 'ready' }
  | { readonly is: 'progress'; readonly value: Progress }
  | { readonly is: 'result'; readonly value: unknown }
  | { readonly is: 'made'; readonly value: Made }
  /** The result is the object that was called. */
  | { readonly is: 'itself' }
  | { readonly is: 'aborted' }
  | { readonly is: 'failure'; readonly value: Failure }
  /** Any other error. */
  | { readonly is: 'thrown'; readonly value: unknown };

export type Reply = { readonly lanewise: typeof PROTOCOL; readonly call: number } & Outcome;

/** An object of the thread, and what may be called and looked at. */
export interface Made {
  readonly object: number;
  readonly methods: readonly string[];
  readonly properties: readonly string[];
}

/** A `LanewiseError`: a message would carry no more of it than its text. */
interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** What a thread is opened with. */
export interface Opening {
  readonly setup: SetupOptions | undefined;
  /** The Web Lock that the thread is to hold as long as it lives, where no event would tell of its end. */
  readonly lock: string | undefined;
}

/** Whether a message is one of ours. */
export function isOurs(
  message: unknown,
): message is { readonly lanewise: typeof PROTOCOL; readonly call: number } {
  const { lanewise, call } = (message ?? {}) as { lanewise?: unknown; call?: unknown };
  return lanewise === PROTOCOL && Number.isInteger(call);
}
