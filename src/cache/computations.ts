/** What is computed for one embedding, and who waits for it. */
export interface Computation<Value> {
  readonly embedding: Float32Array;
  readonly promise: Promise<Value>;
  readonly controller: AbortController;
  waiting: number;
}

/** Computations under way, each for all who ask for nearly the same. */
export class Computations<Value> {
  readonly #underWay = new Set<Computation<Value>>();
  readonly #similarity: (a: Float32Array, b: Float32Array) => number;
  readonly #threshold: number;

  constructor(similarity: (a: Float32Array, b: Float32Array) => number, threshold: number) {
    this.#similarity = similarity;
    this.#threshold = threshold;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** The computation for the embedding most like this one, if it is like enough. Cost: O(computations x dimensions). */
  find(embedding: Float32Array): Computation<Value> | undefined {
    let best: Computation<Value> | undefined;
    let most = this.#threshold;
    for (const computation of this.#underWay) {
      const similarity = this.#similarity(embedding, computation.embedding);
      if (!(best ? similarity > most : similarity >= most)) continue;
      best = computation;
      most = similarity;
    }
    return best;
  }

  /** Starts computing; `keep` is told the value, unless nobody waits for it any more. */
  start(
    embedding: Float32Array,
    compute: (signal: AbortSignal) => Value | Promise<Value>,
    keep: (value: Value) => void,
  ): Computation<Value> {
    const controller = new AbortController();
    const run = async (): Promise<Value> => {
      try {
        controller.signal.throwIfAborted(); // who asked may have left at once
        const value = await compute(controller.signal);
        if (!controller.signal.aborted) keep(value);
        return value;
      } finally {
        this.#underWay.delete(computation);
      }
    };
    // A turn later, so that `computation` stands before it may be deleted.
    const promise = Promise.resolve().then(run);
    const computation: Computation<Value> = { embedding, promise, controller, waiting: 0 };
    this.#underWay.add(computation);
    promise.catch(() => {}); // told to those who wait; there may be none left
    return computation;
  }

  /** Waits for a computation, until the signal aborts; when nobody waits any more, it is aborted itself. */
  join(computation: Computation<Value>, signal: AbortSignal | undefined): Promise<Value> {
    computation.waiting++;
    const { promise, controller } = computation;
    if (!signal) return promise;
    return new Promise<Value>((resolve, reject) => {
      const abort = (): void => {
        reject(signal.reason);
        if (--computation.waiting > 0) return;
        this.#underWay.delete(computation);
        controller.abort(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  /** Lets nobody join what is under way; those who wait get their value. */
  clear(): void {
    this.#underWay.clear();
  }
}

/** The cosine of two vectors in float64, summed in order. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  return innerProduct(a, b) / Math.sqrt(innerProduct(a, a) * innerProduct(b, b));
}

export function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
