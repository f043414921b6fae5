import type { PredictionRequest } from './prediction.ts';

/** What `memoryUsage().total` of an index will say. */
export function bytesOf(request: PredictionRequest): number {
  switch (request.index) {
    case 'flat':
      return request.rows * (5.5 * request.dimensions + 32);
    case 'ivf':
      return request.rows * (5 * request.dimensions + 24);
    case 'hnsw':
      return request.rows * (6 * request.dimensions + 180);
    case 'lsh':
      return request.rows * (5.5 * request.dimensions + 200);
    case 'csr':
      return 8 * request.options.nonzeros + 4 * request.rows;
    case 'sgd':
      return 4 * (request.options.users + request.options.items) * (request.options.factors ?? 64);
    case 'count-min':
      return 4 * request.options.width * request.options.depth;
  }
}
