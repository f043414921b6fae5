export { batchPareto, batchWindow, continuousBatching, poissonBatch } from './batching.ts';
export { largestArrivalRate, serversNeeded, utilizationCurve } from './capacity.ts';
export { md1 } from './deterministic.ts';
export { kingman } from './kingman.ts';
export { erlangB, erlangC, mm1, mmc } from './markov.ts';
export { tailAtScale, tailPerServer } from './tail.ts';
