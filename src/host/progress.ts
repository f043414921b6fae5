/** How far a long call has come, in the rows or steps that its documentation names. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** What every long call takes. */
export interface LongCallOptions {
  /** Stops the call between two slices; it throws the signal's reason and leaves the object as it was. */
  readonly signal?: AbortSignal;
  /** Called after each slice, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Work between two looks at the clock must stay well below this, so that a frame of 16 ms is never missed. */
const SLICE_MILLISECONDS = 10;

/**
 * Runs `step` until it has done `total`, giving way to the event loop at least every 16 ms.
 *
 * @param step does some of the work from `done` on, a few milliseconds at most; returns what is done after it
 */
export async function runInSlices(
  total: number,
  step: (done: number) => number,
  { signal, onProgress }: LongCallOptions,
): Promise<void> {
  signal?.throwIfAborted();
  if (total === 0) onProgress?.({ done: 0, total });
  let sliceStart = performance.now();
  for (let done = 0; done < total; ) {
    done = step(done);
    if (done < total && performance.now() - sliceStart < SLICE_MILLISECONDS) continue;
    onProgress?.({ done, total });
    if (done < total) await nextTurn();
    signal?.throwIfAborted();
    sliceStart = performance.now();
  }
}

/**
 * Runs work that is written as a generator: every yield ends a piece of a few milliseconds and tells how far it has
 * come. Gives way to the event loop at least every 16 ms. When it is stopped, the generator's `finally` blocks run.
 * The last yield tells that all is done, before the work takes effect: it is always reported, and may still be stopped.
 */
export async function runPieces<Result>(
  work: Generator<Progress, Result>,
  { signal, onProgress }: LongCallOptions,
): Promise<Result> {
  try {
    signal?.throwIfAborted();
    let sliceStart = performance.now();
    let reported = -1;
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (value.done < value.total && performance.now() - sliceStart < SLICE_MILLISECONDS) continue;
      if (value.done > reported) onProgress?.(value);
      reported = value.done;
      await nextTurn();
      signal?.throwIfAborted();
      sliceStart = performance.now();
    }
  } finally {
    work.return(undefined as Result);
  }
}

/** Work as a part of a longer call: its progress counts from `from` to `to` of `total`. */
export function* asPart<Result>(
  work: Generator<Progress, Result>,
  { from, to, total }: { readonly from: number; readonly to: number; readonly total: number },
): Generator<Progress, Result> {
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      const share = value.total === 0 ? 1 : value.done / value.total;
      yield { done: Math.min(to, Math.floor(from + (to - from) * share)), total };
    }
  } finally {
    work.return(undefined as Result);
  }
}

/** Resolves in a later turn of the event loop; timers would wait 4 ms in browsers. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
    } else if (typeof MessageChannel === 'function') {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    } else {
      setTimeout(resolve, 0);
    }
  });
}
