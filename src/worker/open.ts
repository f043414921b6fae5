import type { Capabilities } from '../host/capabilities.ts';
import { LanewiseError } from '../host/errors.ts';
import type { SetupOptions } from '../host/kernels.ts';
import { Connection } from './connection.ts';
import { isNodePort, nodeThreads, type WorkerLike } from './port.ts';
import { ROOT } from './protocol.ts';
import { asyncDispose, type Kinds, type Remote, type SavedKind, type TransferOptions } from './remote.ts';

/** How a thread is opened. */
export interface ThreadOptions {
  /**
   * A worker whose file calls `serve()` of `lanewise/worker/serve`, or is `lanewise/worker/thread.js`. The thread owns
   * it from now on, and ends it. @default a worker of the package's own file
   */
  readonly worker?: WorkerLike;
  /** Overrides how the thread loads its kernels. */
  readonly setup?: SetupOptions;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}

/**
 * A thread that holds indexes. They share its linear memory, which is none of the main thread's; calls run in the order
 * in which they are made, and the slices of long ones between those of others. In Node, Deno and Bun a thread that has
 * nothing to do does not keep the process alive.
 */
export interface Thread extends AsyncDisposable {
  /** An empty object, as by the `create` of its class. @throws LanewiseError what that throws, and `WORKER_FAILED` */
  create<Kind extends keyof Kinds>(
    kind: Kind,
    options: Kinds[Kind]['options'],
  ): Promise<Remote<Kinds[Kind]['object']>>;
  /** The object that `toBytes()` wrote, as by the `fromBytes` of its class. @throws LanewiseError what that throws, and `WORKER_FAILED` */
  load<Kind extends SavedKind>(
    kind: Kind,
    bytes: Uint8Array | ArrayBuffer,
    options?: TransferOptions,
  ): Promise<Remote<Kinds[Kind]['object']>>;
  /** Tier and linear memory of the thread. */
  capabilities(): Promise<Capabilities>;
  /** Ends the thread and gives all its memory back; calls that wait, and later ones, are rejected with `DISPOSED`. */
  close(): Promise<void>;
}

const owned = new WeakSet<WorkerLike>();

/**
 * Opens a thread: a Web Worker, or one of `node:worker_threads` in Node, Deno and Bun.
 *
 * The worker is a file beside this one, which holds the kernels: it needs neither isolation nor blob URLs, and under a
 * Content-Security-Policy no more than `script-src 'self' 'wasm-unsafe-eval'`. The file of this function loads no kernels.
 *
 * @throws LanewiseError `WORKER_FAILED` where the worker cannot be started; what `setup` and `init` throw in it; and the
 *   signal's reason
 * @example
 * const thread = await openThread();
 * const index = await thread.create('flat', { dimensions: 100, metric: 'cosine' });
 * await index.build(vectors, { transfer: true, onProgress });
 * const { ids, scores } = await index.search(query, { k: 10 });
 */
export async function openThread({ worker, setup, signal }: ThreadOptions = {}): Promise<Thread> {
  signal?.throwIfAborted();
  if (worker && owned.has(worker))
    throw new LanewiseError('INVALID_ARGUMENT', 'This worker has a thread already. Give each its own.');
  const connection = new Connection(worker ?? startWorker());
  if (worker) owned.add(worker);
  const giveUp = () => connection.end(closed(), signal?.reason);
  signal?.addEventListener('abort', giveUp);
  try {
    // Nothing tells that the application's own Web Worker was terminated, but the locks that it held are free then.
    const lock = worker && !isNodePort(worker) && 'locks' in navigator ? crypto.randomUUID() : undefined;
    await connection.open({ setup, lock });
    if (lock) navigator.locks.request(lock, () => connection.fail()).catch(() => {});
  } catch (error) {
    await connection.end(closed());
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return makeThread(connection);
}

function makeThread(connection: Connection): Thread {
  const close = () => connection.end(closed());
  return {
    create: (kind, options) => connection.call(ROOT, 'create', [kind, { ...options }]) as Promise<never>,
    load: (kind, bytes, options) =>
      connection.call(ROOT, 'load', [kind, bytes, { ...options }]) as Promise<never>,
    capabilities: () => connection.call(ROOT, 'capabilities', []) as Promise<Capabilities>,
    close,
    [asyncDispose]: close,
  };
}

function closed(): LanewiseError {
  return new LanewiseError('DISPOSED', 'This thread was closed. Open a new one.');
}

function startWorker(): WorkerLike {
  try {
    const threads = nodeThreads();
    if (threads) return startNodeWorker(threads, import.meta.url);
    // Bundlers know a worker by just these words, and by nothing else.
    return new Worker(new URL('./worker/thread.js', import.meta.url), { type: 'module' });
  } catch (cause) {
    // what a policy forbids, some browsers throw
    throw new LanewiseError('WORKER_FAILED', `No worker could be started: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The address is a parameter, lest bundlers for pages take the file along a second time. */
function startNodeWorker({ Worker }: NonNullable<ReturnType<typeof nodeThreads>>, base: string): WorkerLike {
  // The file stands alone: it needs none of the loaders that the process was started with.
  return new Worker(new URL('./worker/thread.js', base), { execArgv: [] });
}
