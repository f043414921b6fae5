import { kernelSources } from '#kernels';
import { LanewiseError } from './errors.ts';
import type { KernelSources, Tier } from './kernels/sources.ts';
import { Memory } from './memory.ts';

export type { Tier } from './kernels/sources.ts';

/** The kernels as AssemblyScript exports them (assembly/index.ts): addresses in, numbers out. */
export interface Kernels {
  measureRows(segment: number, lanes: number, from: number, to: number, least: number, most: number): number;
  encodeRows(
    segment: number,
    dimensions: number,
    metric: number,
    from: number,
    to: number,
    scratch: number,
  ): void;
  clearRows(segment: number, lanes: number, from: number, to: number): void;
  prepareQuery(query: number): number;
  raise(query: number, threshold: number): void;
  scanRows(query: number, segment: number): void;
  scanCodes(query: number, segment: number, products: number): void;
  scanNibbles(query: number, segment: number, products: number): void;
  packTile(queries: number, size: number, codes: number): void;
  scanTile(queries: number, size: number, codes: number, segment: number, products: number): void;
  rescore(query: number, segment: number): void;
  sortResults(query: number): void;
  startHash(state: number, seed: bigint): void;
  updateHash(state: number, from: number, bytes: number): void;
  finishHash(state: number, from: number, bytes: number): bigint;
  stream(from: number, bytes: number): number;
  multiplyFloats(rounds: number, value: number): number;
  multiplyCodes(rounds: number, value: number): number;
}

/** Kernels, the memory they work in, and the tier they were built for. */
export interface Runtime {
  readonly kernels: Kernels;
  readonly memory: Memory;
  readonly tier: Tier;
}

/** What `setup()` overrides before the kernels are loaded. */
export interface SetupOptions {
  /** Take this tier instead of the fastest that the runtime accepts. */
  readonly tier?: Tier;
  /** Kernels compiled beforehand, where the platform forbids compiling bytes. `tier` says which they are. @default simd */
  readonly module?: WebAssembly.Module;
  /** The bytes of a `lanewise/kernels/*.wasm` that the application fetched itself. `tier` says which. @default simd */
  readonly bytes?: ArrayBufferView<ArrayBuffer> | ArrayBuffer;
  /** Limit of linear memory in bytes, at most 4 GiB. @default 4 GiB, or what the runtime grants */
  readonly maximumBytes?: number;
}

const PAGE_BYTES = 65_536;
const LARGEST_MEMORY = 4 * 2 ** 30;
/** Fastest first. */
const TIERS: readonly Tier[] = ['relaxed', 'simd'];

let options: SetupOptions = {};
let loaded: Runtime | undefined;

/**
 * Overrides how the kernels are loaded; optional, and only before anything is created.
 *
 * @throws LanewiseError `ALREADY_INITIALIZED` once the kernels are loaded, `INVALID_ARGUMENT` for an unknown tier or limit
 * @example setup({ tier: 'simd' });
 */
export function setup(overrides: SetupOptions): void {
  if (loaded) {
    throw new LanewiseError(
      'ALREADY_INITIALIZED',
      'The kernels are loaded already. Call setup() before creating anything.',
    );
  }
  const { tier, maximumBytes } = overrides;
  if (tier !== undefined && !TIERS.includes(tier)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `There is no tier '${tier}'. Take one of: ${TIERS.join(', ')}.`,
      {
        expected: TIERS,
        got: tier,
      },
    );
  }
  if (maximumBytes !== undefined && !(maximumBytes >= PAGE_BYTES && maximumBytes <= LARGEST_MEMORY)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `maximumBytes must lie in 65536..4294967296; got ${maximumBytes}.`,
      {
        expected: [PAGE_BYTES, LARGEST_MEMORY],
        got: maximumBytes,
      },
    );
  }
  options = { ...overrides };
}

/**
 * Loads the kernels without blocking; harmless when called again. Optional: whatever needs them loads them at once,
 * which takes a few milliseconds.
 */
export async function init(): Promise<void> {
  if (loaded) return;
  const { source, tier } = chooseSource();
  const module =
    source instanceof WebAssembly.Module ? source : await guardCompile(() => WebAssembly.compile(source));
  loaded ??= instantiate(module, tier);
}

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  if (loaded) return loaded;
  const { source, tier } = chooseSource();
  if (source instanceof WebAssembly.Module) {
    loaded = instantiate(source, tier);
  } else {
    try {
      loaded = instantiate(new WebAssembly.Module(source), tier);
    } catch (error) {
      throw compileError(error);
    }
  }
  return loaded;
}

interface ChosenSource {
  readonly source: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  readonly tier: Tier;
}

function chooseSource(): ChosenSource {
  if (typeof WebAssembly === 'undefined') throw unsupported('This runtime has no WebAssembly.');
  if (options.module) return { source: options.module, tier: options.tier ?? 'simd' };
  if (options.bytes) return validated(toBytes(options.bytes), options.tier ?? 'simd');
  if (options.tier) return validated(bytesOf(kernelSources, options.tier), options.tier);
  for (const tier of TIERS) {
    const source = kernelSources[tier]?.();
    if (source && (source instanceof WebAssembly.Module || WebAssembly.validate(source)))
      return { source, tier };
  }
  throw unsupported('This runtime accepts no tier of the kernels: it has no WebAssembly SIMD.');
}

function bytesOf(sources: KernelSources, tier: Tier): Uint8Array<ArrayBuffer> | WebAssembly.Module {
  const source = sources[tier]?.();
  if (!source) throw unsupported(`The '${tier}' kernels are not part of this platform's build.`);
  return source;
}

function validated(source: Uint8Array<ArrayBuffer> | WebAssembly.Module, tier: Tier): ChosenSource {
  if (source instanceof WebAssembly.Module || WebAssembly.validate(source)) return { source, tier };
  throw unsupported(`This runtime does not accept the '${tier}' kernels.`);
}

function toBytes(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function guardCompile(compile: () => Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  try {
    return await compile();
  } catch (error) {
    throw compileError(error);
  }
}

/** The bytes were valid, so what forbade compiling them is a policy: a page's, or the platform's. */
function compileError(error: unknown): unknown {
  if (error instanceof LanewiseError || !(error instanceof WebAssembly.CompileError)) return error;
  return new LanewiseError(
    'CSP_BLOCKED',
    "The runtime forbids compiling WebAssembly. On a page, add 'wasm-unsafe-eval' to the script-src directive of its " +
      'Content-Security-Policy; on a platform that compiles ahead of time, pass setup({ module }).',
    { expected: "script-src 'wasm-unsafe-eval'", cause: error },
  );
}

function unsupported(reason: string): LanewiseError {
  return new LanewiseError(
    'SIMD_UNSUPPORTED',
    `${reason} lanewise needs WebAssembly SIMD: Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or later.`,
  );
}

function instantiate(module: WebAssembly.Module, tier: Tier): Runtime {
  const memory = createMemory();
  const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.wasm } });
  return { kernels: exports as unknown as Kernels, memory, tier };
}

/** Some devices refuse to reserve 4 GiB of addresses; half as much is asked for until they agree. */
function createMemory(): Memory {
  for (let bytes = options.maximumBytes ?? LARGEST_MEMORY; ; bytes /= 2) {
    const maximum = Math.floor(bytes / PAGE_BYTES);
    try {
      return new Memory(new WebAssembly.Memory({ initial: 1, maximum }), maximum * PAGE_BYTES);
    } catch (error) {
      if (maximum > 1) continue;
      throw new LanewiseError('MEMORY_EXHAUSTED', 'The runtime grants no linear memory at all.', {
        cause: error,
      });
    }
  }
}
