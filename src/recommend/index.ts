export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export { ItemKnn, type ItemKnnOptions, type UserItems } from './item-knn.ts';
export { capabilities, init } from './kernels.ts';
export { Popularity, type PopularityOptions } from './popularity.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
