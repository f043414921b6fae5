/** Hashes that test/runtimes/smoke.js must give in every runtime and tier: derived once by running, the same since. */
export const GOLDEN: Readonly<Record<string, string>> = {
  vectors: 'e95d7571a5770808',
  flat: '0687cd49fb1c0eeeb6c102687db9cdad',
  'flat file': '0bed5ec79129ae74',
  flatL2: '30692fbda80cd6da4d1904c5371a8fc8',
  'flatL2 file': '87e29a84f98b7feb',
  ivf: 'fe41b162cde439735c2bc159ecf78036',
  'ivf file': '5340ec9c749f21c7',
  ivfPq4: 'ddf21f67f8e756105b0565d5c400080a',
  'ivfPq4 file': 'a6f074729ea54d83',
  hnsw: 'f64f59f91682083ce67a56b6a88eb601',
  'hnsw file': '2a979f614c8acee2',
  lsh: '3cec467251d93811a8e24f7cf8ee93ff',
  'lsh file': 'cbfe135642d595b1',
  kMeans: 'a6600236dfc1e50530cd47b1d46007b8',
  csrMatrix: 'db766f8ecbaeb6f770abf0fc1a2b8489ff1fa2af491773c6',
};
