import { exp } from '../../host/exponential.ts';
import { ln, log2 } from '../../host/logarithm.ts';
import { checkEfOptions, checkGraphOptions } from '../../search/hnsw-options.ts';
import type { HnswRequest } from '../prediction.ts';
import type { Rates } from '../rates.ts';
import type { Job, Jobs } from './job.ts';
import {
  addParts,
  flatCall,
  linesOf,
  queryParts,
  rowBytes,
  type Shape,
  scoredRows,
  shapeOf,
} from './vectors.ts';

/** A beam costs as much as scoring so many rows in passing (src/search/hnsw-search.ts); above, all of them are scored. */
const NODE_COST = 30;

/** A graph, nothing left out. */
interface HnswShape extends Shape {
  readonly m: number;
  readonly efConstruction: number;
  readonly ef: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function hnswJobs(request: HnswRequest, rates: Rates): Jobs {
  const shape = shapeOf(request);
  const { m, efConstruction } = checkGraphOptions({ ...request.options, dimensions: shape.dimensions });
  const { ef } = checkEfOptions({ ...request.options, k: shape.k }, undefined);
  const hnsw = { ...shape, m, efConstruction, ef };
  return { call: hnswCall(hnsw, rates), answers: shape.batch, build: hnswBuild(hnsw, rates) };
}

/** `HnswIndex.search`: down the layers and along the bottom by 8-bit codes, then floats for the best. */
function hnswCall(shape: HnswShape, rates: Rates): Job {
  const { rows, dimensions, k, batch, m, ef } = shape;
  const width = Math.max(ef, k);
  if (NODE_COST * width >= rows) return flatCall({ ...shape, exact: 'scan' }, rates); // no codes are kept to bound rows by
  const visited = batch * visitedNodes({ rows, dimensions, m, width });
  const record = recordBytes(dimensions, m);
  const bytes = rowBytes(dimensions);
  const scored = Math.min(width, scoredRows({ rows: width, k }) + 2 * k + 8);
  const held = rows * (record + bytes); // nodes and rows, none of which is touched often, share the caches
  return {
    kind: 'hnsw.search',
    parts: {
      ...queryParts(shape, rates),
      nodes: rates.steps(visited),
      beam: rates.steps(batch * width * log2(width)),
      records: rates.gather(visited, held),
      fetching: rates.fetch(visited * linesOf(record), held),
      products: rates.codes(visited * dimensions),
      scoring: rates.gather(batch * scored * linesOf(bytes), held),
    },
  };
}

/** Bytes of the codes of a node, and of its links at the bottom. */
function recordBytes(dimensions: number, m: number): number {
  return 16 * Math.ceil(dimensions / 16) + 8 * m;
}

/**
 * Nodes that a beam of a width scores on average, measured on clustered vectors (bench/clustered.ts): 5 000 to 500 000 rows, 64 to 768
 * dimensions, m of 8 to 32, widths of 10 to 320; half of those measured within 4 %, nine of ten within 10 %.
 */
function visitedNodes({ rows, dimensions, m, width }: BeamShape): number {
  const wider = ln(dimensions / 64);
  const more = ln(rows / 1e5);
  const power = 0.8414 - 0.1075 * wider - 0.0282 * more;
  const full = exp(6.944 + power * ln((width + 8.46) / 64) - 0.421 * wider + 0.0125 * more);
  return Math.min(rows, full / (1 + (61 / (m * m)) * exp(-0.8213 * wider)));
}

interface BeamShape extends Pick<HnswShape, 'rows' | 'dimensions' | 'm'> {
  readonly width: number;
}

/** `HnswIndex.build`: each row is searched for with a beam of `efConstruction`, and linked both ways. */
function hnswBuild(shape: HnswShape, rates: Rates): Job {
  const { rows, dimensions, m, efConstruction } = shape;
  const nodes = rows * visitedNodes({ rows, dimensions, m, width: efConstruction });
  const record = recordBytes(dimensions, m);
  return {
    kind: 'hnsw.build',
    parts: {
      ...addParts(shape, rowBytes(dimensions), rates),
      nodes: rates.steps(nodes),
      records: rates.gather(nodes, rows * record),
      walking: rates.gather(nodes * linesOf(dimensions), rows * record),
      products: rates.codes(nodes * dimensions),
      links: rates.steps(rows * efConstruction * m),
      comparing: rates.codes(rows * efConstruction * m * dimensions),
    },
  };
}
