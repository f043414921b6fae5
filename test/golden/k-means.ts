/** Centroids by hash: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenKMeans {
  readonly spherical: boolean;
  readonly dimensions: number;
  readonly clusters: number;
  readonly rows: number;
  readonly iterations: number;
  readonly inertia: number;
  /** SHA-256 of the centroids, and then the cells of all rows. */
  readonly learned: string;
}

export const GOLDEN: readonly GoldenKMeans[] = [
  {
    spherical: false,
    dimensions: 7,
    clusters: 100,
    rows: 9000,
    iterations: 25,
    inertia: 1413830.2298402786,
    learned: '2b706fc82da6abcb6a2e7fd92af5047363cc9ba54fe7664c870b015f90042423',
  },
  {
    spherical: true,
    dimensions: 24,
    clusters: 20,
    rows: 1500,
    iterations: 25,
    inertia: 1627.140177309513,
    learned: '09dc0749c23f74482eb9f35a81da0d3dcac322caea1ef3f29b9b6141f9e0c818',
  },
];
