import { LanewiseError } from './errors.ts';
import type { KernelSources, Tier } from './kernels/sources.ts';
import { Memory } from './memory.ts';

export type { Tier } from './kernels/sources.ts';

/** The kernels of a family, the memory they work in, and the tier they were built for. */
export interface Runtime<Kernels = unknown> {
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
/** The one linear memory, in which the kernels of every family work. */
let memory: Memory | undefined;

/**
 * Overrides how the kernels are loaded; optional, and only before anything is created.
 *
 * @throws LanewiseError `ALREADY_INITIALIZED` once the kernels are loaded, `INVALID_ARGUMENT` for an unknown tier or limit
 * @example setup({ tier: 'simd' });
 */
export function setup(overrides: SetupOptions): void {
  if (memory) {
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

/** Kernels that are loaded together: the sources of their tiers, and what tells whether an engine computes them rightly. */
export interface KernelFamily<Kernels> {
  readonly sources: KernelSources;
  readonly isRight: (kernels: Kernels) => boolean;
  loaded?: Runtime<Kernels> | undefined;
}

/** Compiles the kernels of a family without blocking; harmless when called again. */
export async function prepare<Kernels>(family: KernelFamily<Kernels>): Promise<void> {
  if (family.loaded) return; // before anything is unpacked
  const chosen = options;
  for (const { source, tier } of sources(family, chosen)) {
    if (family.loaded) return;
    const module = isBytes(source) ? await guardCompile(source) : source;
    family.loaded ??= instantiate(family, module, tier, chosen);
  }
  if (!family.loaded) throw noneAccepted(chosen);
}

/** The kernels of a family; compiles them on the first call. */
export function load<Kernels>(family: KernelFamily<Kernels>): Runtime<Kernels> {
  if (family.loaded) return family.loaded;
  for (const { source, tier } of sources(family, options)) {
    const module = isBytes(source) ? compile(source) : source;
    family.loaded = instantiate(family, module, tier, options);
    if (family.loaded) return family.loaded;
  }
  throw noneAccepted(options);
}

interface ChosenSource {
  readonly source: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  readonly tier: Tier;
}

/** What may be loaded, fastest first: what setup() chose, or every tier whose bytes the runtime accepts. */
function* sources<Kernels>(
  family: KernelFamily<Kernels>,
  { tier, module, bytes }: SetupOptions,
): Generator<ChosenSource> {
  if (typeof WebAssembly === 'undefined') throw unsupported('This runtime has no WebAssembly.');
  if (module) yield { source: module, tier: tier ?? 'simd' };
  else if (bytes) yield* accepted(toBytes(bytes), tier ?? 'simd');
  else for (const candidate of tiersOf(family, tier)) yield* accepted(bundled(family, candidate), candidate);
}

/** What gains nothing from relaxed instructions comes in one tier, whichever is wanted. */
function tiersOf<Kernels>({ sources }: KernelFamily<Kernels>, wanted?: Tier): readonly Tier[] {
  if (!sources.relaxed) return ['simd'];
  return wanted ? [wanted] : TIERS;
}

/** The kernels that came with the package. What unpacks them is compiled too, and so may be forbidden. */
function bundled<Kernels>(
  { sources }: KernelFamily<Kernels>,
  tier: Tier,
): Uint8Array<ArrayBuffer> | WebAssembly.Module | undefined {
  try {
    return sources[tier]?.();
  } catch (error) {
    throw policyError(error);
  }
}

/** Not bytes: a module, whose class may be that of another realm, as where an edge runtime hands it in. */
function isBytes(source: Uint8Array<ArrayBuffer> | WebAssembly.Module): source is Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(source);
}

function* accepted(
  source: Uint8Array<ArrayBuffer> | WebAssembly.Module | undefined,
  tier: Tier,
): Generator<ChosenSource> {
  if (source && (!isBytes(source) || WebAssembly.validate(source))) yield { source, tier };
}

function toBytes(bytes: ArrayBufferView<ArrayBuffer> | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (!ArrayBuffer.isView(bytes)) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw policyError(error);
  }
}

async function guardCompile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw policyError(error);
  }
}

/** The bytes were valid, so what forbids them is a policy: a page's, or the platform's. WebKit calls it an EvalError. */
function policyError(error: unknown): unknown {
  if (!(error instanceof WebAssembly.CompileError || error instanceof EvalError)) return error;
  return new LanewiseError(
    'CSP_BLOCKED',
    "The runtime forbids compiling WebAssembly. On a page, add 'wasm-unsafe-eval' to the script-src directive of its " +
      'Content-Security-Policy; on a platform that compiles ahead of time, pass setup({ module }).',
    { expected: "script-src 'wasm-unsafe-eval'", cause: error },
  );
}

function noneAccepted({ tier }: SetupOptions): LanewiseError {
  return unsupported(
    `This runtime does not run ${tier ? `the '${tier}' kernels` : 'any tier of the kernels'}.`,
  );
}

function unsupported(reason: string): LanewiseError {
  return new LanewiseError(
    'SIMD_UNSUPPORTED',
    `${reason} lanewise needs WebAssembly SIMD: Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or later.`,
  );
}

/**
 * The kernels of a module, or undefined where the engine computes them wrongly: validation tells that it knows the
 * instructions, not that it has them right.
 */
function instantiate<Kernels>(
  { isRight }: KernelFamily<Kernels>,
  module: WebAssembly.Module,
  tier: Tier,
  { maximumBytes }: SetupOptions,
): Runtime<Kernels> | undefined {
  memory ??= createMemory(maximumBytes);
  const kernels = instanceOf(module, memory).exports as Kernels;
  return isRight(kernels) ? { kernels, memory, tier } : undefined;
}

/** WebKit compiles whatever a page's policy says, and asks it here. */
function instanceOf(module: WebAssembly.Module, { wasm: memory }: Memory): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, { env: { memory } });
  } catch (error) {
    throw policyError(error);
  }
}

/** Some devices refuse to reserve 4 GiB of addresses; half as much is asked for until they agree. */
function createMemory(maximumBytes = LARGEST_MEMORY): Memory {
  for (let bytes = maximumBytes; ; bytes /= 2) {
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
