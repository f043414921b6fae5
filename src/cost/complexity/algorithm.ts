/** The sizes of one use of an algorithm, by name; those that have a default may be left out. */
export type AlgorithmSizes = Readonly<Record<string, number>>;

/** A size that the cost of an algorithm depends on: a whole number. */
export interface AlgorithmSize {
  readonly meaning: string;
  /** What it is where it is not given; it may follow from the sizes before it. @default the size must be given */
  readonly default?: number | ((sizes: AlgorithmSizes) => number);
  /** The least that it may be. @default 1 */
  readonly least?: number;
  /** Another size, which it must not exceed. */
  readonly most?: string;
}

/**
 * What is counted. `FLOP`: additions and multiplications, a multiply-add being two; a comparison on the way is one. `comparison`:
 * of two values. `access`: of one counter, register, bit or entry. `byte`: as they are kept.
 */
export type AlgorithmUnit = 'FLOP' | 'comparison' | 'access' | 'byte';

/** What training or a prediction takes, or what is kept. */
export interface AlgorithmTerm {
  /** How it grows, such as 'O(n d^2 + d^3)'; logarithms are to base 2. */
  readonly text: string;
  readonly unit: AlgorithmUnit;
  /** The leading terms with their constants, of sizes that are complete and valid: `evaluate` sees to that. */
  readonly count: (sizes: AlgorithmSizes) => number;
}

/** What an algorithm costs, in closed form. */
export interface Algorithm {
  readonly name: string;
  readonly sizes: Readonly<Record<string, AlgorithmSize>>;
  /** Fitting, building or adding: all rows or keys. */
  readonly training: AlgorithmTerm;
  /** One row, query or key; of a matrix one product, of a transformer one sequence, of a sketch one question. */
  readonly prediction: AlgorithmTerm;
  /** What is kept to predict with; numbers, ids and links of 4 bytes each, unless `sizes` have it otherwise. */
  readonly space: AlgorithmTerm;
}

/** 2 to the power of an integer, exactly; infinite beyond doubles. */
export function twoTo(exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent && power < Number.POSITIVE_INFINITY; i++) power *= 2;
  return power;
}
