import { KMeans, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/k-means.ts';
import { eighths, sha256 } from '../golden/recipe.ts';

test.each(GOLDEN)(
  '$clusters clusters of $rows rows, spherical $spherical, are what every tier and version learns',
  async ({ rows, dimensions, clusters, spherical, iterations, inertia, learned }) => {
    const values = eighths(new Random(dimensions), rows * dimensions);
    using kmeans = await KMeans.create({ dimensions, clusters, spherical, seed: 42, restarts: 2 });
    await kmeans.fit(values);
    expect([kmeans.iterations, kmeans.inertia]).toEqual([iterations, inertia]);
    expect(sha256(kmeans.centroids, kmeans.predict(values))).toBe(learned);
  },
);
