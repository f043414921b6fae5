import { kernelSources } from '#kernels';
import { LanewiseError } from './errors.ts';
import type { Tier } from './kernels/sources.ts';
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
  packRows(segment: number, lanes: number): number;
  prepareQuery(query: number): number;
  raise(query: number, threshold: number): void;
  scanRows(query: number, segment: number): void;
  scorePlaces(query: number, places: number, count: number): void;
  scanCodes(query: number, segment: number, products: number): void;
  scanNibbles(query: number, segment: number, products: number): void;
  packTile(queries: number, size: number, tile: number): void;
  scanTile(tile: number, size: number, segment: number, products: number): void;
  rescore(query: number): void;
  rankCells(query: number, segment: number, keys: number, products: number): void;
  rankTile(
    tile: number,
    size: number,
    segment: number,
    keys: number,
    keyBytes: number,
    products: number,
  ): void;
  selectCells(query: number, keys: number, count: number, wanted: number, classes: number): void;
  probeCells(query: number, ranked: number, from: number, to: number, table: number, products: number): void;
  probeTiles(
    queries: number,
    ranked: number,
    count: number,
    from: number,
    to: number,
    table: number,
    cells: number,
    groups: number,
    products: number,
  ): void;
  assignRows(
    tiles: number,
    tileBytes: number,
    centroids: number,
    first: number,
    segment: number,
    keys: number,
    cells: number,
    products: number,
  ): void;
  scoreCells(queries: number, segment: number, keys: number, cells: number): void;
  sumCells(segment: number, lanes: number, metric: number, cells: number, sums: number, counts: number): void;
  sortResults(query: number): void;
  rotate(vector: number, factors: number, dimensions: number, window: number, scratch: number): void;
  encodeSubvectors(
    vectors: number,
    stride: number,
    rows: number,
    codebooks: number,
    subvectors: number,
    width: number,
    centroids: number,
    codes: number,
  ): void;
  encodeSketches(
    sketcher: number,
    vectors: number,
    lanes: number,
    norms: number,
    centroid: number,
    blocks: number,
    from: number,
    to: number,
  ): void;
  makeTables(query: number, sketcher: number, tables: number): void;
  probeSketches(
    query: number,
    ranked: number,
    from: number,
    to: number,
    table: number,
    tables: number,
    centroids: number,
    shift: number,
    share: number,
  ): void;
  scanSketches(query: number, segment: number, tables: number, cellTerm: number, margin: number): void;
  hashRows(family: number, segment: number, from: number, to: number, links: number): void;
  hashQueries(family: number, segment: number): void;
  linkRows(family: number, links: number, slot: number, from: number, to: number): void;
  gatherRows(family: number, lane: number, search: number): number;
  scoreGathered(query: number, search: number): void;
  encodeNodes(
    graph: number,
    first: number,
    from: number,
    to: number,
    dimensions: number,
    metric: number,
    vector: number,
  ): void;
  searchGraph(graph: number, beam: number, query: number, capacity: number, least: number): number;
  linkNode(graph: number, linker: number, slot: number, capacity: number): void;
  aim(graph: number, beam: number, slot: number): void;
  packCell(
    graph: number,
    slots: number,
    names: number,
    count: number,
    blocks: number,
    isDirection: boolean,
  ): void;
  scanCell(graph: number, blocks: number, rows: number, beams: number, count: number, scratch: number): void;
  linkForward(graph: number, linker: number, beam: number, slot: number, layer: number, most: number): void;
  countBack(graph: number, slots: number, count: number, layer: number, counts: number): void;
  listBack(graph: number, slots: number, count: number, layer: number, ends: number, sources: number): void;
  linkBack(
    graph: number,
    linker: number,
    slot: number,
    layer: number,
    sources: number,
    count: number,
    capacity: number,
  ): void;
  reach(graph: number, linker: number, stack: number, waiting: number, most: number): number;
  attach(graph: number, linker: number, slot: number, capacity: number, fallback: number): void;
  repairNode(graph: number, linker: number, slot: number, numbers: number, capacity: number): void;
  moveNode(graph: number, from: number, to: number): void;
  renumberLinks(graph: number, slot: number, numbers: number): void;
  firstOutside(from: number, count: number, least: number, most: number): number;
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
 * Loads the kernels and compiles them without blocking; harmless when called again. Optional: whatever needs them loads
 * them at once, which takes a few milliseconds.
 */
export async function init(): Promise<void> {
  const chosen = options;
  for (const { source, tier } of sources(chosen)) {
    if (loaded) return;
    const module = isBytes(source) ? await guardCompile(source) : source;
    loaded ??= instantiate(module, tier, chosen);
  }
  if (!loaded) throw noneAccepted(chosen);
}

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  if (loaded) return loaded;
  for (const { source, tier } of sources(options)) {
    const module = isBytes(source) ? compile(source) : source;
    loaded = instantiate(module, tier, options);
    if (loaded) return loaded;
  }
  throw noneAccepted(options);
}

interface ChosenSource {
  readonly source: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  readonly tier: Tier;
}

/** What may be loaded, fastest first: what setup() chose, or every tier whose bytes the runtime accepts. */
function* sources({ tier, module, bytes }: SetupOptions): Generator<ChosenSource> {
  if (typeof WebAssembly === 'undefined') throw unsupported('This runtime has no WebAssembly.');
  if (module) yield { source: module, tier: tier ?? 'simd' };
  else if (bytes) yield* accepted(toBytes(bytes), tier ?? 'simd');
  else for (const candidate of tier ? [tier] : TIERS) yield* accepted(bundled(candidate), candidate);
}

/** The kernels that came with the package. What unpacks them is compiled too, and so may be forbidden. */
function bundled(tier: Tier): Uint8Array<ArrayBuffer> | WebAssembly.Module | undefined {
  try {
    return kernelSources[tier]?.();
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
 * instructions, not that it has them right. (V8 11 doubles relaxed dot products and drops the sum they are added to,
 * until it compiles a function for the second time: Node 21, and Node 20 behind a flag.)
 */
function instantiate(
  module: WebAssembly.Module,
  tier: Tier,
  { maximumBytes }: SetupOptions,
): Runtime | undefined {
  const memory = createMemory(maximumBytes);
  const kernels = instanceOf(module, memory).exports as unknown as Kernels;
  // Twelve sums that start at 0..11 each take four products 3 x 3: 66 + 12 * 36.
  return kernels.multiplyCodes(1, 0x03030303) === 498 ? { kernels, memory, tier } : undefined;
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
