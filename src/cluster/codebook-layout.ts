/** How vectors are cut: `subvectors` parts of `width` dimensions, each with `centroids` (16 or 256) of its own. */
export interface CodebookShape {
  readonly subvectors: number;
  readonly width: number;
  readonly centroids: number;
}

/** Floats of the codebook of one part as the kernels read it: values by dimension, then minus half the squared norms. */
export function codebookFloats({ width, centroids }: Pick<CodebookShape, 'width' | 'centroids'>): number {
  return (width + 1) * centroids;
}

/** Bytes of all codebooks (assembly/subvectors.ts draws them). */
export function codebookBytes(shape: CodebookShape): number {
  return 4 * shape.subvectors * codebookFloats(shape);
}
