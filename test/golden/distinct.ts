/** What sketches of distinct keys answer, and their files by hash: the same in every tier, runtime and version. */
export const GOLDEN = {
  hyperloglog: {
    estimate: 10194.79577538277,
    file: 'a3462da4766e6719fd65018feb6b80d4ea89c5020a4ed4942282e7927391e637',
  },
  bloom: {
    rate: 0.02775934265044175,
    estimate: 10026.906663431431,
    found: 303,
    file: 'c3b9c40850c63108705afbd91211f962fa3b1a39d509b6a4b6f0fbf4fa38b37d',
  },
} as const;
