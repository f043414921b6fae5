/** What sketches of distinct keys answer, and their files by hash: the same in every tier, runtime and version. */
export const GOLDEN = {
  hyperloglog: {
    estimate: 10194.79577538277,
    file: 'fedd427fe276a01384c4032a95f2121c1ef59c6dc9ba0f996d8ffdcd8bcd7aeb',
  },
  bloom: {
    rate: 0.02775934265044175,
    estimate: 10026.906663431431,
    found: 303,
    file: '8b062edb73aeffa27631fc069e9c274d3a6c7c34b82fefe15d3dd3f6b13630a4',
  },
} as const;
