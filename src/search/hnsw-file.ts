import { arrayTensor } from '../format/file-tensors.ts';
import {
  asFileError,
  corruptFile,
  type FileTensor,
  IndexFile,
  writeIndexFile,
} from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import type { Runtime } from '../vectors/kernels.ts';
import { normRange } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { loadRows } from './flat-file.ts';
import { HnswGraph, NONE } from './hnsw/graph.ts';
import { GRAPH_PLANES, MOST_LAYERS, MOST_M } from './hnsw/layout.ts';
import { type GraphOptions, MOST_CANDIDATES } from './hnsw-options.ts';
import { rowTensors } from './row-tensors.ts';
import { readTuning, type Tuning, tuningExtras } from './tuning.ts';

const ESTIMATOR = 'HnswIndex';

/** What a file holds of an index. */
export interface SavedHnsw {
  readonly graph: HnswGraph;
  readonly options: GraphOptions;
  readonly tuning: Tuning | undefined;
}

/** Links as a file holds them, `NONE` where there is none. */
interface FileLinks {
  /** The highest layer of each row. */
  readonly layers: Uint8Array<ArrayBuffer>;
  /** Links at the bottom: rows x 2m. */
  readonly links: Uint32Array<ArrayBuffer>;
  /** Links above it, row by row and from the lower layer to the higher: sum of layers x m. */
  readonly upperLinks: Uint32Array<ArrayBuffer>;
}

/** The rows and links of a graph without removed rows, as a safetensors file. */
export function writeHnswIndex({ graph, options, tuning }: SavedHnsw): Uint8Array<ArrayBuffer> {
  const { store } = graph;
  const { dimensions, metric, nextId, size } = store;
  const { m, efConstruction, seed } = options;
  const extras = tuningExtras(tuning);
  const head = {
    estimator: ESTIMATOR,
    options: { dimensions, metric, m, efConstruction },
    nextId,
    seed,
    extras,
  };
  const links = copyLinks(graph);
  return writeIndexFile(head, [...rowTensors(store, size), ...linkTensors(store.runtime, links, m)]);
}

/**
 * The rows and links of a saved index. Everything is checked, whatever the checksums say: a link leads to a row of its
 * layer, or the file is refused.
 *
 * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
 */
export function readHnswIndex(bytes: Uint8Array): SavedHnsw {
  const file = new IndexFile(bytes, ESTIMATOR);
  const { dimensions, metric } = file.shape;
  const m = file.integer('m', 2, MOST_M);
  const efConstruction = file.integer('efConstruction', 1, MOST_CANDIDATES);
  const { seed } = file;
  const tuning = readTuning(file.extra('tuning'));
  const store = new VectorStore(dimensions, metric, GRAPH_PLANES, false);
  try {
    const rows = file.rowsOf('ids');
    const upperRows = file.rowsOf('upper_links');
    for (const tensor of linkSpecs(rows, upperRows, m)) file.take(tensor);
    loadRows(store, file);
    measureRows(store);
    const links: FileLinks = {
      layers: new Uint8Array(rows),
      links: new Uint32Array(rows * 2 * m),
      upperLinks: new Uint32Array(upperRows * m),
    };
    file.load(linkTensors(store.runtime, links, m));
    checkLinks(links, m);
    return { graph: placeLinks(store, links, m), options: { m, efConstruction, seed }, tuning };
  } catch (error) {
    store.release();
    throw asFileError(error);
  }
}

function linkSpecs(rows: number, upperRows: number, m: number): TensorSpec[] {
  return [
    { name: 'layers', dtype: 'U8', shape: [rows] },
    { name: 'links', dtype: 'U32', shape: [rows, 2 * m] },
    { name: 'upper_links', dtype: 'U32', shape: [upperRows, m] },
  ];
}

function linkTensors(runtime: Runtime, { layers, links, upperLinks }: FileLinks, m: number): FileTensor[] {
  const specs = linkSpecs(layers.length, upperLinks.length / m, m);
  return [layers, links, upperLinks].map((array, i) => arrayTensor(runtime, specs[i]!, array));
}

function copyLinks(graph: HnswGraph): FileLinks {
  const { store, m } = graph;
  const { u32 } = store.runtime.memory;
  const layers = Uint8Array.from({ length: store.size }, (_, slot) => graph.layerOf(slot));
  const links = new Uint32Array(store.size * 2 * m);
  const upperLinks = new Uint32Array(layers.reduce((sum, layer) => sum + layer, 0) * m);
  let upper = 0;
  layers.forEach((layer, slot) => {
    const own = graph.linksOf(slot, 0) / 4;
    links.set(u32.subarray(own, own + 2 * m), slot * 2 * m);
    if (layer === 0) return;
    const above = graph.linksOf(slot, 1) / 4;
    upperLinks.set(u32.subarray(above, above + layer * m), upper);
    upper += layer * m;
  });
  return { layers, links, upperLinks };
}

/** Norms are computed anew: what is no number in a row would lead searches astray. @throws LanewiseError `FILE_CORRUPT` */
function measureRows({ layout, segments, slots, runtime, metric }: VectorStore): void {
  const { least, most } = normRange(metric);
  segments.forEach((segment, i) => {
    const count = Math.min(layout.rowsPerSegment, slots - i * layout.rowsPerSegment);
    const measured = runtime.kernels.measureRows(segment, layout.lanes, 0, count, least, most);
    if (measured < count)
      throw corruptFile('The file holds a row that its metric does not accept.', undefined);
  });
}

/** @throws LanewiseError `FILE_CORRUPT` unless every link leads to a row of its layer */
function checkLinks({ layers, links, upperLinks }: FileLinks, m: number): void {
  let upper = 0;
  layers.forEach((highest, slot) => {
    if (highest > MOST_LAYERS || upper + highest * m > upperLinks.length) {
      throw corruptFile(`Row ${slot} of the file claims ${highest} layers.`, highest);
    }
    checkRow(links.subarray(slot * 2 * m, (slot + 1) * 2 * m), layers, 0);
    for (let layer = 1; layer <= highest; layer++, upper += m) {
      checkRow(upperLinks.subarray(upper, upper + m), layers, layer);
    }
  });
  if (upper !== upperLinks.length)
    throw corruptFile('The file holds links of layers that no row has.', upperLinks.length);
}

function checkRow(links: Uint32Array, layers: Uint8Array, layer: number): void {
  let isEnded = false;
  for (const target of links) {
    const isLink = target !== NONE;
    if (isLink && (isEnded || !(layers[target]! >= layer))) {
      throw corruptFile(`The file holds a link to ${target} on layer ${layer}.`, target);
    }
    isEnded ||= !isLink;
  }
}

function placeLinks(store: VectorStore, { layers, links, upperLinks }: FileLinks, m: number): HnswGraph {
  const graph = new HnswGraph(store, m);
  graph.reserve();
  graph.encode(0, store.size);
  let upper = 0;
  let entry = NONE;
  let top = 0;
  layers.forEach((layer, slot) => {
    graph.raise(slot, layer);
    const { u32 } = store.runtime.memory; // raising may have grown the memory
    u32.set(links.subarray(slot * 2 * m, (slot + 1) * 2 * m), graph.linksOf(slot, 0) / 4);
    if (entry === NONE || layer > top) {
      entry = slot;
      top = layer;
    }
    if (layer === 0) return;
    u32.set(upperLinks.subarray(upper, upper + layer * m), graph.linksOf(slot, 1) / 4);
    upper += layer * m;
  });
  graph.enterAt(entry, top);
  graph.nodes = store.size;
  return graph;
}
