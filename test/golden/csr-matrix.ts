/** Products by hash: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenCsrMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Entries that are given; some share a place. */
  readonly count: number;
  /** Columns of the dense matrix that it is multiplied by. */
  readonly width: number;
  /** SHA-256 each. */
  readonly multiply: string;
  readonly multiplyTransposed: string;
  readonly multiplyMatrix: string;
  readonly sum: string;
  readonly totals: string;
}

export const GOLDEN: readonly GoldenCsrMatrix[] = [
  {
    ...{ rows: 1000, columns: 300, count: 9000, width: 37 },
    multiply: 'ce7377a2e6b541b9fcccb526d227fedfc997bb2b3dfdbd91f01bd223903d30df',
    multiplyTransposed: '78d439f0cdf3942a842c87af55d82d85993ba98b85bf1c9265d8aeee15135f8e',
    multiplyMatrix: 'ae12aa2557cf1d6970dff4b88ba47367855e43344c599dfea45621ab76173816',
    sum: '52e0fc06846fc58b4b71aab4f8981cd2470c9d166a68d8a8954b72f021425494',
    totals: 'a87ce43ea0f763cc7a6a447ff9d9ba15a6ecf271acc543ac98297831be66738a',
  },
  {
    ...{ rows: 50, columns: 200, count: 6000, width: 6 },
    multiply: 'f286a61df407cbfc9429303e8feb26146d4c969ed9c722b4d133fce3e0175052',
    multiplyTransposed: 'eea9c5ef47ff59528bdd8046bafef5217a046809bc8af498c95543f6ea3eba24',
    multiplyMatrix: 'ebba28db5591e05897b2a070bb220c8823dd4645f17861cde971e37249dd7d55',
    sum: '2ec7a2a3fdb2b45246146a58694d29aaee1de537c103517edfdc9bb7bc993537',
    totals: '726691b04248dbb9b20178e73cff866f792b49da76834c8666af5f8cb4325fcc',
  },
];
