import { checkCount } from '../../cost/quantity.ts';
import { log2 } from '../../host/logarithm.ts';
import { isSketch } from '../../search/cell-codes.ts';
import { checkCodes, checkRescore } from '../../search/ivf-options.ts';
import { layoutSketcher } from '../../search/sketch-layout.ts';
import { LEAST_TILED } from '../../vectors/tile.ts';
import { usualCells } from '../effort/ivf.ts';
import type { IvfRequest } from '../prediction.ts';
import type { Rates } from '../rates.ts';
import type { Job, Jobs } from './job.ts';
import {
  addParts,
  linesOf,
  queryParts,
  rowBytes,
  type Shape,
  scoredRows,
  shapeOf,
  tiledQueries,
} from './vectors.ts';

/** From so many queries on, those that probe a cell pass over it together (src/search/probe-search.ts). */
const LEAST_GROUPED = 8;
const BOUND_BYTES = 12;
/** Rows that cells are learned from, a cell, and passes over them, at most. */
const SAMPLE_A_CELL = 256;
const ITERATIONS = 10;

/** An inverted file, nothing left out. */
interface IvfShape extends Shape {
  readonly cells: number;
  readonly probes: number;
  readonly codes: 'float32' | 'int8' | 'pq4' | 'bits';
  readonly rescore: number | false;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function ivfJobs(request: IvfRequest, rates: Rates): Jobs {
  const shape = shapeOf(request);
  const options = request.options ?? {};
  const codes = checkCodes(options.codes ?? 'int8');
  const cells = checkCount('options.cells', options.cells ?? usualCells(shape.rows));
  const probes = checkCount('options.probes', options.probes ?? Math.ceil(cells / 16));
  const rescore = checkRescore(options.rescore, codes);
  const ivf = { ...shape, cells, probes: Math.min(cells, probes), codes, rescore };
  return { call: ivfCall(ivf, rates), answers: shape.batch, build: ivfBuild(ivf, rates) };
}

/** `IvfIndex.search`: cells are ranked by their centroids, and the rows of the nearest ones gone through. */
function ivfCall(shape: IvfShape, rates: Rates): Job {
  const { rows, dimensions, k, batch, cells, probes, codes } = shape;
  const probed = (rows * probes) / cells;
  const bytes = rowBytes(dimensions);
  const isGrouped = batch >= LEAST_GROUPED;
  const common = {
    ...queryParts(shape, rates),
    ...(batch >= LEAST_TILED
      ? { tiles: rates.codes(tiledQueries(batch) * cells * dimensions) }
      : { ranking: rates.codes(batch * cells * dimensions) }),
    cells: rates.steps(batch * cells),
    probes: rates.steps(batch * probes),
    rows: rates.steps(batch * probed),
  };
  if (isSketch(codes)) {
    const sketch = layoutSketcher({ kind: codes, dimensions }).blockBytes / 16;
    const scored = shape.rescore === false ? 0 : Math.min(probed, k * shape.rescore);
    return {
      kind: `ivf.${codes}`,
      parts: {
        ...common,
        tables: rates.floats(batch * 16 * dimensions * (codes === 'pq4' ? 2 : log2(dimensions) / 2)),
        reading: rates.wait(batch * probed * sketch, rows * sketch),
        lookups: rates.read(batch * probed * sketch, 0),
        selecting: rates.steps(batch * scored),
        scoring: rates.gather(batch * scored * linesOf(bytes), rows * bytes),
      },
    };
  }
  const scored = Math.min(probed, scoredRows({ rows: probed, k }));
  const width = codes === 'int8' ? dimensions + BOUND_BYTES : bytes;
  // Of cells that many queries probe, each is read once.
  const touched = isGrouped ? rows * (1 - notIn(probes / cells, batch)) : batch * probed;
  return {
    kind: `ivf.${codes}.${isGrouped ? 'groups' : 'single'}`,
    parts: {
      ...common,
      ...(codes === 'int8'
        ? {
            products: rates.codes(batch * probed * dimensions),
            scoring: rates.gather(batch * scored * linesOf(bytes), rows * bytes),
          }
        : { products: rates.floats(2 * batch * probed * dimensions) }),
      reading: rates.wait(touched * width, rows * width),
    },
  };
}

/** The share of cells that none of a batch probes, where each probes such a share: by squaring, for batches may be of any size. */
function notIn(share: number, batch: number): number {
  let product = 1;
  let square = 1 - share;
  for (let rest = batch; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product *= square;
    square *= square;
  }
  return product;
}

/** `IvfIndex.train` on the rows, and `add` of them: k-means, assignment, codes. */
function ivfBuild({ rows, dimensions, cells, codes }: IvfShape, rates: Rates): Job {
  const sample = Math.min(rows, SAMPLE_A_CELL * cells);
  return {
    kind: `ivf.${isSketch(codes) ? codes : 'rows'}.build`,
    parts: {
      ...addParts({ rows, dimensions }, rowBytes(dimensions), rates),
      learning: rates.codes(ITERATIONS * sample * cells * dimensions),
      assigning: rates.codes(rows * cells * dimensions),
      cells: rates.steps(sample * log2(cells + 1)),
      ...(codes === 'pq4' ? { codebooks: rates.floats(Math.min(rows, 65_536) * 16 * dimensions) } : {}),
    },
  };
}
