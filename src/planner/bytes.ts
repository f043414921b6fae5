import * as memory from '../cost/memory/index.ts';
import { usualCells } from './effort/ivf.ts';
import type { PredictionRequest } from './prediction.ts';

/** What `memoryUsage().total` of an index will say: rows whose ids were not given, cells as even as k-means leaves them. */
export function bytesOf(request: PredictionRequest): number {
  switch (request.index) {
    case 'flat':
      return memory.flatIndex(request).total;
    case 'ivf': {
      const { cells = usualCells(request.rows), codes, rescore } = request.options ?? {};
      return memory.ivfIndex({
        ...request,
        cells,
        ...(codes && { codes }),
        ...(rescore !== undefined && { rescore }),
      }).total;
    }
    case 'hnsw':
      return memory.hnswIndex({ ...request, ...request.options }).total;
    case 'lsh':
      return memory.lshIndex({ ...request, ...request.options }).total;
    case 'csr':
      return memory.csrMatrix({ rows: request.rows, ...request.options }).total;
    case 'sgd':
      return memory.matrixFactorization(request.options).total;
    case 'count-min':
      return memory.countMinSketch(request.options).total;
  }
}
