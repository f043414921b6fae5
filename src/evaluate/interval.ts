import { mean } from './recall.ts';

/** The normal distribution's 97.5th percentile: 2.5 % are left out at either end. */
const Z = 1.959964;

/**
 * A 95 % confidence interval of the mean recall, over queries like the sample.
 *
 * Wilson's score interval ("Probable inference", 1927) for as many trials as the variance over queries is worth: at
 * least one a query, since nothing in 0..1 varies more than a yes or no, and at most k, one a neighbour. Unlike the mean
 * plus or minus two standard errors it stays within 0..1, and a perfect sample does not make it a certainty.
 *
 * @param recalls of each query, multiples of 1/k
 */
export function recallInterval(recalls: Float64Array, k: number): readonly [number, number] {
  const queries = recalls.length;
  const center = mean(recalls);
  const spread = recalls.reduce((sum, value) => sum + (value - center) ** 2, 0) / (queries - 1);
  const worth = (center * (1 - center)) / spread;
  const trials = queries * (worth >= 1 ? Math.min(worth, k) : spread === 0 ? k : 1);
  const middle = (center + Z ** 2 / (2 * trials)) / (1 + Z ** 2 / trials);
  const width =
    (Z * Math.sqrt((center * (1 - center)) / trials + (Z / (2 * trials)) ** 2)) / (1 + Z ** 2 / trials);
  return [Math.max(0, middle - width), Math.min(1, middle + width)];
}
