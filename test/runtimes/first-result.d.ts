export interface FirstResult {
  readonly milliseconds: number;
  /** The row nearest to the query. */
  readonly best: number;
}

export function firstResult(bytes: Uint8Array | ArrayBuffer, query: Float32Array): Promise<FirstResult>;
