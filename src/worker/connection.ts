import { LanewiseError } from '../host/errors.ts';
import { type CallOptions, optionsOf, pack } from './pack.ts';
import { isNodePort, listen, type WorkerLike } from './port.ts';
import {
  type Abort,
  type Call,
  isOurs,
  type Made,
  OPENING,
  type Opening,
  PROTOCOL,
  type Reply,
  ROOT,
} from './protocol.ts';
import { makeRemote } from './remote.ts';

/** A call that waits for its answer. */
interface Waiting {
  /** The remote object that was called, which must not be collected meanwhile. */
  readonly remote: object | undefined;
  readonly options: CallOptions | undefined;
  /** Why it is being aborted: the signal's reason, or what its listener threw. */
  reason?: { readonly thrown: unknown; readonly byListener: boolean };
  resolve(result: unknown): void;
  reject(error: unknown): void;
  readonly onAbort: () => void;
}

/** The near side of a thread: sends calls, and settles their promises. */
export class Connection {
  readonly #worker: WorkerLike;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #end: LanewiseError | undefined;
  #opening: Opening | undefined;
  // A backstop for remote objects that are dropped without dispose().
  readonly #collected = new FinalizationRegistry<number>((object) => {
    this.call(object, 'dispose', []).catch(() => {});
  });

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    listen(worker, 'message', (message) => this.#receive(message));
    listen(worker, 'messageerror', () => this.fail('A message could not be read.'));
    listen(worker, 'error', (error) => {
      // Deno passes on to the main thread what is not prevented here, and browsers log it once more.
      if (error instanceof Event) error.preventDefault();
      this.fail((error as Partial<Error> | undefined)?.message, error);
    });
    // Browsers tell neither.
    listen(worker, isNodePort(worker) ? 'exit' : 'close', () => this.fail('It left.'));
  }

  /** The first call. */
  async open(opening: Opening): Promise<void> {
    this.#opening = opening;
    await this.call(ROOT, 'open', [opening]);
    this.#opening = undefined;
  }

  /** Calls a method of an object in the thread, or reads a property. `remote` is what stands for the object here. */
  call(object: number, name: string, args: readonly unknown[], remote?: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#end) throw this.#end;
      const options = optionsOf(args);
      options?.signal?.throwIfAborted();
      const call = ++this.#calls;
      this.#send(call, object, name, args, options);
      const onAbort = () => this.#abort(call, options?.signal?.reason, false);
      options?.signal?.addEventListener('abort', onAbort);
      if (this.#waiting.size === 0) this.#hold(true);
      this.#waiting.set(call, { remote, options, resolve, reject, onAbort });
    });
  }

  /** Ends the thread; every call that waits, and every later one, is rejected with `error`. */
  async end(error: LanewiseError, reason: unknown = error): Promise<void> {
    if (this.#end) return;
    this.#end = error;
    for (const call of this.#waiting.keys()) this.#take(call)?.reject(reason);
    await this.#worker.terminate();
  }

  /** Ends the thread since its worker has failed. */
  fail(reason = 'No reason is told.', cause?: unknown): void {
    const text = this.#opening
      ? `The worker could not be started. ${reason} See that lanewise's dist/worker/thread.js, or what the bundler made ` +
        "of it, is served from the page's own origin and allowed by worker-src in its Content-Security-Policy; or pass " +
        'a worker of your own: openThread({ worker }).'
      : `The worker of this thread has ended. ${reason} What it held is lost: open a new thread, and load from saved bytes.`;
    void this.end(new LanewiseError('WORKER_FAILED', text, { cause }));
  }

  #send(
    call: number,
    object: number,
    name: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
  ): void {
    try {
      const { buffers, ...packed } = pack(args, options);
      const isWatched = (options?.signal ?? options?.onProgress) !== undefined;
      const message: Call = { lanewise: PROTOCOL, call, object, name, ...packed, isWatched };
      this.#worker.postMessage(message, buffers);
    } catch (cause) {
      const text = `What ${name}() was given cannot be sent to a thread: ${(cause as Error).message} An array that was transferred once is empty.`;
      throw new LanewiseError('INVALID_ARGUMENT', text, { cause });
    }
  }

  #abort(call: number, thrown: unknown, byListener: boolean): void {
    const waiting = this.#waiting.get(call);
    if (!waiting || waiting.reason) return;
    waiting.reason = { thrown, byListener };
    const message: Abort = { lanewise: PROTOCOL, call, abort: true };
    this.#worker.postMessage(message, []);
  }

  #receive(message: unknown): void {
    if (!isOurs(message)) return;
    const reply = message as Reply;
    if (reply.is === 'progress') this.#report(reply.call, reply.value);
    // What was sent before the worker listened may have been lost to another listener of its own.
    else if (reply.is === 'ready')
      this.#opening && this.#send(OPENING, ROOT, 'open', [this.#opening], undefined);
    else this.#settle(this.#take(reply.call), reply);
  }

  #report(call: number, progress: { done: number; total: number }): void {
    try {
      this.#waiting.get(call)?.options?.onProgress?.(progress);
    } catch (error) {
      this.#abort(call, error, true); // as it would stop a call without a thread
    }
  }

  #settle(waiting: Waiting | undefined, reply: Reply): void {
    if (!waiting) return;
    const { resolve, reject, remote, reason } = waiting;
    // The call may be done before it learns of it; an error of the listener's is told all the same.
    if (reply.is === 'aborted' || reason?.byListener) reject(reason?.thrown);
    else if (reply.is === 'result') resolve(reply.value);
    else if (reply.is === 'made') resolve(this.#make(reply.value));
    else if (reply.is === 'itself') resolve(remote);
    else if (reply.is === 'thrown') reject(reply.value);
    else if (reply.is === 'failure') {
      const { code, message, details } = reply.value;
      reject(new LanewiseError(code, message, details));
    }
  }

  #make(made: Made): object {
    const remote = makeRemote(this, made);
    this.#collected.register(remote, made.object);
    return remote;
  }

  /** Takes a call from those that wait. */
  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    if (!waiting) return undefined;
    this.#waiting.delete(call);
    waiting.options?.signal?.removeEventListener('abort', waiting.onAbort);
    if (this.#waiting.size === 0) this.#hold(false);
    return waiting;
  }

  /** In Node, Deno and Bun the process waits for calls that are not answered, and for no thread that has nothing to do. */
  #hold(isBusy: boolean): void {
    const worker = this.#worker as { ref?(): void; unref?(): void };
    if (isBusy) worker.ref?.();
    else worker.unref?.();
  }
}
