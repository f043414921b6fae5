/** Sketches of counts: derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN = {
  /** Of five keys, and the SHA-256 of a saved file. */
  plain: {
    estimates: [8346, 11029, 9325, 5129, 11375],
    file: '2883965b248903714eb6ce0183e1b1abc484b2f572295e481241adb469789851',
  },
  conservative: {
    estimates: [4836, 5108, 4980, 4508, 5128],
    file: '481f6bbdd3e10230ff809057940fca91520cffbdf5d4b764e4cdf319d34e2be9',
  },
  top: [
    { key: 'ключ 0 🗝', count: 1498, error: 2, isGuaranteed: true },
    { key: 'ключ 1 🗝', count: 1121, error: 0, isGuaranteed: true },
    { key: 'ключ 2 🗝', count: 874, error: 0, isGuaranteed: true },
  ],
  topFile: '279557ebf87cbf42b8118a001e005ee72f69fa51e1e9e486cb40d003768f320a',
} as const;
