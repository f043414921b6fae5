/** SHA-256 of the files of what is learned: derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN = {
  cholesky: '04a39d89d6cc8f3ad2b5bb1ac537746e63572c031f81833465424e7f10c47cba',
  conjugateGradient: '3c1b32e985cbf7bebff229e5dd02907aa34f9692979f674fc60141664fe5a468',
};
