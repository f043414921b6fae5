import { checkPlot } from '../curve.ts';
import type { Options } from '../options.ts';

/** Recommendations: from the packages' dependencies, or from ratings in a file of one's own. */
export async function showRecommend(options: Options): Promise<void> {
  checkPlot(options);
  if (options.ratings === undefined) {
    const { showDependencies } = await import('../recommend/dependencies.ts');
    await showDependencies(options);
  } else {
    const { showRatings } = await import('../recommend/ratings.ts');
    await showRatings(options, options.ratings);
  }
}
