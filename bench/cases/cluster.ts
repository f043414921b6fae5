import { IvfIndex, KMeans } from 'lanewise';
import { gloveCollection } from '../data.ts';
import { type Case, type Measurement, summarize } from '../harness.ts';

/** k-means, and what an inverted file does with it: how long it takes to be ready. */
export const cluster: Case = {
  name: 'cluster',
  async run({ isQuick }) {
    const { vectors, rows, dimensions, name } = gloveCollection();
    const used = isQuick ? vectors.subarray(0, 2000 * dimensions) : vectors;
    const clusters = isQuick ? 20 : 1000;
    const maxIterations = isQuick ? 2 : 20;
    const measurements: Measurement[] = [];
    const once = async (method: string, run: () => Promise<unknown>, multiplyAdds: number): Promise<void> => {
      const start = performance.now();
      await run();
      measurements.push(summarize(`cluster ${name}`, method, [performance.now() - start], { multiplyAdds }));
    };
    const kmeans = await KMeans.create({
      dimensions,
      clusters,
      maxIterations,
      tolerance: 0,
      spherical: true,
    });
    const pairs = (used.length / dimensions) * clusters * dimensions;
    await once(
      `KMeans, ${clusters} clusters, ${maxIterations} iterations`,
      () => kmeans.fit(used),
      // Seeding compares every row with every centroid too.
      pairs * (maxIterations + 1),
    );
    kmeans.dispose();
    const cells = isQuick ? 20 : 1024;
    const index = await IvfIndex.create({ dimensions, cells });
    await once(
      `IVF${cells}, train and add`,
      () => index.build(used, { seed: 1 }),
      rows * cells * dimensions * 12,
    );
    index.dispose();
    return { measurements, figures: [] };
  },
};
