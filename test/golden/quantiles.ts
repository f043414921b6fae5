interface Golden {
  readonly kll: string;
  readonly kllQuantiles: readonly number[];
  readonly ddsketch: string;
  readonly ddsketchQuantiles: readonly number[];
}

/** Derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN: Golden = {
  kll: '89b5b09bbf4cacfbcb858489ff761fa7b629615147552126073bb2cd91dff036',
  kllQuantiles: [-1.2895433898083866, 7.4010405858883175, 128.30527878138645],
  ddsketch: '17125faa81473b6dfaac4b6fede7cbe689296d60f3feced1d582c282553f5ee0',
  ddsketchQuantiles: [-1.1153514858285156, 7.471256850805388, 121.91750430209724],
};
