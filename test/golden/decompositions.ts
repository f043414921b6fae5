/** What is learned from eighths, by hash: derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN = {
  /** SHA-256 of components, singular values and transformed rows. */
  svd: 'de6670f739bd5b12863290c3422deb2626feb41e2484c03fc268022170db189d',
  /** SHA-256 of components, explained variances, means and transformed rows. */
  pca: 'e9d5208904469ee1803ced720e2cdc1b996b4f103f317dae2821e67bfc1d74ea',
  /** SHA-256 of ranks. */
  pageRank: '488244db909f343914e9169e7c3de1853b81e679565f6619f02a4032b4e0555d',
  /** SHA-256 of the eigenvector. */
  powerIteration: '103c754a6f2ffd62c5ca99ee26ae8ff92afc56db731760d7aacbb6d3c3f0d3c1',
};
