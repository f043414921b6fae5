export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export { ImplicitALS } from './implicit-als.ts';
export type { ImplicitALSOptions } from './implicit-als-options.ts';
export type { ImplicitALSSolver } from './implicit-als-solver.ts';
export { capabilities, init } from './kernels.ts';
export type {
  ItemIndex,
  ItemIndexClass,
  ItemIndexOptions,
  OwnIndexOptions,
} from './matrix-factorization-index.ts';
export type { CandidateIndex, FoldedUser, RetrieveOptions } from './matrix-factorization-ranking.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
