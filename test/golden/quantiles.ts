interface Golden {
  readonly kll: string;
  readonly kllQuantiles: readonly number[];
  readonly ddsketch: string;
  readonly ddsketchQuantiles: readonly number[];
}

/** Derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN: Golden = {
  kll: '012f1395cbda1416d931dcc9b111894f9a550d6e7e7bab73280de96c17ca75e4',
  kllQuantiles: [-1.2895433898083866, 7.4010405858883175, 128.30527878138645],
  ddsketch: 'c823440c810144ca121b51c1394532cfbf880c1bb7fd81881952f394cebfe57c',
  ddsketchQuantiles: [-1.1153514858285156, 7.471256850805388, 121.91750430209724],
};
