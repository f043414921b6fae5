import { KMeans } from '../cluster/k-means.ts';
import { type TuneOptions, tune } from '../evaluate/tune.ts';
import { LanewiseError } from '../host/errors.ts';
import { setup } from '../host/kernels.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { FlatIndex } from '../search/flat.ts';
import { HnswIndex } from '../search/hnsw.ts';
import { IvfIndex } from '../search/ivf.ts';
import { LshIndex } from '../search/lsh.ts';
import { checkChoice } from '../search/options.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import type { VectorInput } from '../vectors/input.ts';
import { capabilities, init } from '../vectors/kernels.ts';
import { type Call, isOurs, type Made, type Opening, type Outcome, PROTOCOL, ROOT } from './protocol.ts';

type Held = FlatIndex | IvfIndex | HnswIndex | LshIndex | KMeans;
type Sender = (message: unknown, buffers: ArrayBuffer[]) => void;

const SAVED = { flat: FlatIndex, ivf: IvfIndex, hnsw: HnswIndex, lsh: LshIndex };
const KINDS = { ...SAVED, kmeans: KMeans };

/** The far side of a thread: holds objects, and does what messages ask of them. */
export class Service {
  readonly #send: Sender;
  readonly #objects = new Map<number, { readonly held: Held; readonly made: Made }>();
  readonly #watched = new Map<number, AbortController>();
  #made = 0;

  constructor(send: Sender) {
    this.#send = send;
  }

  /** Tells the near side that messages are listened to. */
  announce(): void {
    this.#answer(ROOT, { is: 'ready' });
  }

  /** Does what a message asks for and answers it; messages of others are passed over. */
  async receive(message: unknown): Promise<void> {
    if (!isOurs(message)) return;
    const { call } = message;
    if ('abort' in message) this.#watched.get(call)?.abort();
    else if (isCall(message)) this.#answer(call, await this.#run(message));
  }

  async #run(call: Call): Promise<Outcome> {
    const controller = call.isWatched ? new AbortController() : undefined;
    if (controller) this.#watched.set(call.call, controller);
    try {
      const held = this.#objects.get(call.object)?.held;
      const value = await this.#invoke(call, this.#argumentsOf(call, controller?.signal));
      if (value !== undefined && value === held) return { is: 'itself' };
      return isHeld(value) ? { is: 'made', value: this.#keep(value) } : { is: 'result', value };
    } catch (error) {
      const signal = controller?.signal;
      return signal?.aborted && error === signal.reason ? { is: 'aborted' } : failed(error);
    } finally {
      this.#watched.delete(call.call);
    }
  }

  /** The arguments, and the options as the last of them, with all that a message could not carry. */
  #argumentsOf({ call, args, options, filter }: Call, signal: AbortSignal | undefined): unknown[] {
    if (!options) return [...args];
    const watching: LongCallOptions = signal
      ? { signal, onProgress: (value) => this.#answer(call, { is: 'progress', value }) }
      : {};
    return [...args, { ...options, ...watching, ...(filter && { filter: Bitmap.fromBytes(filter) }) }];
  }

  #invoke({ object, name }: Call, args: unknown[]): unknown {
    if (object === ROOT) return callRoot(name, args);
    const kept = this.#objects.get(object);
    if (!kept) {
      if (name === 'dispose') return undefined;
      throw new LanewiseError(
        'DISPOSED',
        'This object of a thread was disposed of. Create or load a new one.',
      );
    }
    const { held, made } = kept;
    if (made.properties.includes(name)) return held[name as keyof Held];
    if (!made.methods.includes(name)) throw unknownMember(name, [...made.methods, ...made.properties]);
    if (name === 'tune') return tune(held as IvfIndex, args[0] as VectorInput, args[1] as TuneOptions);
    if (name === 'dispose') this.#objects.delete(object);
    return (held[name as keyof Held] as unknown as (...args: unknown[]) => unknown)(...args);
  }

  #keep(held: Held): Made {
    const made = { object: ++this.#made, ...membersOf(held) };
    this.#objects.set(made.object, { held, made });
    return made;
  }

  #answer(call: number, outcome: Outcome): void {
    const reply = { lanewise: PROTOCOL, call, ...outcome };
    try {
      this.#send(reply, outcome.is === 'result' ? buffersOf(outcome.value) : []);
    } catch (error) {
      // What an error is about need not be such that a message carries it; its text is.
      this.#send({ lanewise: PROTOCOL, call, is: 'thrown', value: new Error(String(error)) }, []);
    }
  }
}

function isCall(message: object): message is Call {
  const { object, name, args } = message as Partial<Call>;
  return Number.isInteger(object) && typeof name === 'string' && Array.isArray(args);
}

function isHeld(value: unknown): value is Held {
  return Object.values(KINDS).some((kind) => value instanceof kind);
}

/** What may be asked of the thread itself. */
async function callRoot(name: string, args: unknown[]): Promise<unknown> {
  const [kind, given] = args;
  switch (name) {
    case 'open':
      return open(args[0] as Opening);
    case 'create':
      return KINDS[choose(kind, KINDS)].create(given as never);
    case 'load':
      return SAVED[choose(kind, SAVED)].fromBytes(given as Uint8Array);
    case 'capabilities':
      return capabilities();
    default:
      throw unknownMember(name, ['open', 'create', 'load', 'capabilities']);
  }
}

function choose<Kind extends string>(kind: unknown, kinds: Record<Kind, unknown>): Kind {
  return checkChoice('kind', kind, Object.keys(kinds) as Kind[]);
}

async function open({ setup: overrides, lock }: Opening): Promise<void> {
  if (overrides) setup(overrides);
  await init();
  if (lock) await hold(lock);
}

/** Holds a Web Lock until the worker ends. */
function hold(lock: string): Promise<void> {
  return new Promise((granted) => {
    const forever = () => {
      granted();
      return new Promise(() => {});
    };
    navigator.locks.request(lock, forever).catch(() => granted());
  });
}

/** The public methods and properties of an object's own class; what a class inherits is not its own. */
function membersOf(held: Held): Omit<Made, 'object'> {
  const members = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(held)));
  const methods = members.filter(
    ([name, { value }]) => typeof value === 'function' && name !== 'constructor',
  );
  const properties = members.filter(([, { get }]) => get);
  return {
    methods: [...methods.map(([name]) => name), ...('efforts' in held ? ['tune'] : [])],
    properties: [...properties.map(([name]) => name), ...Object.keys(held)],
  };
}

/** The buffers of a result's arrays: results are copies, so nothing here needs them any longer. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const values: unknown[] = ArrayBuffer.isView(result) ? [result] : Object.values(result ?? {});
  return [...new Set(values.filter(ArrayBuffer.isView).map(({ buffer }) => buffer as ArrayBuffer))];
}

function failed(error: unknown): Outcome {
  if (!(error instanceof LanewiseError)) return { is: 'thrown', value: error };
  const { code, message, expected, got } = error;
  const details = { expected, got, ...('cause' in error && { cause: error.cause }) };
  return { is: 'failure', value: { code, message, details } };
}

function unknownMember(name: string, expected: readonly string[]): LanewiseError {
  const message = `There is no '${name}' to call in a thread. See that both sides are of the same version of lanewise.`;
  return new LanewiseError('INVALID_ARGUMENT', message, { expected, got: name });
}
