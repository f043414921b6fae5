import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanewiseError, type SimilarityPipelineOptions, similarityPipeline } from '../../src/cost/index.ts';

function errorOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const pipeline: SimilarityPipelineOptions = {
  sequences: 100,
  models: 2,
  layers: 3,
  queryLength: 50,
  references: 10_000,
  neighbours: 10,
  costs: { embedding: 1000, lookup: 128, postprocessing: 40 },
  rate: 1e9,
};

describe('a similarity pipeline', () => {
  test('counts S M Lq embeddings, S M L E distances and S M K collapses', () => {
    const { stages, operations, time, serial, parallelSpeedup } = similarityPipeline(pipeline);
    expect(stages.map(({ name, units, operations }) => ({ name, units, operations }))).toEqual([
      { name: 'embedding', units: 10_000, operations: 10_000_000 }, // 100 * 2 * 50, of 1000
      { name: 'lookup', units: 6_000_000, operations: 768_000_000 }, // 100 * 2 * 3 * 10 000, of 128
      { name: 'postprocessing', units: 2000, operations: 80_000 }, // 100 * 2 * 10, of 40
    ]);
    expect(operations).toBe(778_080_000);
    expect(time).toBeCloseTo(778.08, 9);
    expect(serial).toBe(time);
    expect(parallelSpeedup).toBe(1);
    expect(stages[1]!.share).toBeCloseTo(768 / 778.08, 12);
  });

  test('names the stage that takes the most time, not the most operations', () => {
    expect(similarityPipeline(pipeline).dominant).toBe('lookup');
    const rate = { embedding: 1e6, lookup: 1e9, postprocessing: 1e9 };
    const slow = similarityPipeline({ ...pipeline, rate });
    expect(slow.dominant).toBe('embedding');
    expect(slow.stages[0]!.time).toBeCloseTo(10_000, 9);
    const collapse = { embedding: 1, lookup: 1, postprocessing: 1e6 };
    expect(similarityPipeline({ ...pipeline, costs: collapse }).dominant).toBe('postprocessing');
  });

  test('looks in fewer references behind filters, and tells of both', () => {
    const run = similarityPipeline({ ...pipeline, filters: [0.5, 0.02] });
    expect(run.references).toBe(100);
    expect(run.stages[1]!.units).toBe(60_000);
    expect(run.unfiltered.references).toBe(10_000);
    expect(run.unfiltered.stages[1]!.units).toBe(6_000_000);
    expect(run.unfiltered.dominant).toBe('lookup');
    expect(run.dominant).toBe('embedding');
    expect(run.filterSpeedup).toBeCloseTo(778.08 / (10 + 7.68 + 0.08), 9);
    // A known number of references is kept whole by its share.
    for (let kept = 1; kept <= 98; kept++) {
      const known = similarityPipeline({ ...pipeline, references: 98, filters: [kept / 98] });
      expect(known.references).toBe(kept); // where 98 (kept / 98) is a little more, or less
    }
    expect(similarityPipeline({ ...pipeline, filters: [0] }).references).toBe(1);
  });

  test('is faster by workers as far as its serial share lets them', () => {
    const run = similarityPipeline({ ...pipeline, parallelism: 8, serialShare: 0.05 });
    expect(run.parallelSpeedup).toBeCloseTo(5.925926, 6); // 1 / (.05 + .95 / 8)
    expect(run.serial).toBeCloseTo(778.08, 9);
    const parallelism = { embedding: 1, lookup: 768, postprocessing: 1 };
    const one = similarityPipeline({ ...pipeline, parallelism });
    expect(one.time).toBeCloseTo(10 + 1 + 0.08, 9);
    expect(one.dominant).toBe('embedding');
  });

  test('grows with all that it is given, and its stages add up', () => {
    const count = fc.integer({ min: 1, max: 1000 });
    const keys = ['sequences', 'models', 'layers', 'queryLength', 'references', 'neighbours'] as const;
    fc.assert(
      fc.property(
        fc.record({
          sequences: count,
          models: count,
          layers: count,
          queryLength: count,
          references: count,
          neighbours: count,
        }),
        fc.constantFrom(...keys),
        (sizes, key) => {
          const run = similarityPipeline({ ...pipeline, ...sizes });
          const larger = similarityPipeline({ ...pipeline, ...sizes, [key]: sizes[key] + 1 });
          expect(larger.operations).toBeGreaterThan(run.operations);
          expect(run.stages.reduce((sum, stage) => sum + stage.operations, 0)).toBe(run.operations);
          expect(run.stages.reduce((sum, stage) => sum + stage.share, 0)).toBeCloseTo(1, 9);
        },
      ),
      { seed: 8, numRuns: 200 },
    );
  });

  test('refuses what it cannot count, by name', () => {
    const cases: [RegExp, object | null][] = [
      [/references/, null],
      [/references/, { references: 1.5 }],
      [/sequences/, { sequences: 0 }],
      [/queryLength/, { queryLength: Number.NaN }],
      [/filters/, { filters: [1.5] }],
      [/filters must be an array/, { filters: 0.5 }],
      [/costs\.embedding/, { costs: null }],
      [/costs\.lookup/, { costs: { ...pipeline.costs, lookup: -1 } }],
      [/rate/, { rate: 0 }],
      [/rate/, { rate: null }],
      [/parallelism/, { parallelism: { embedding: 1, lookup: 0.5, postprocessing: 1 } }],
      [/serialShare/, { serialShare: 2 }],
    ];
    for (const [message, change] of cases) {
      const error = errorOf(() =>
        similarityPipeline((change && { ...pipeline, ...change }) as typeof pipeline),
      );
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
    const huge = { ...pipeline, sequences: 1e200, references: 1e200 };
    expect(errorOf(() => similarityPipeline(huge)).code).toBe('OVERFLOW');
    const free = { embedding: 0, lookup: 0, postprocessing: 0 };
    expect(errorOf(() => similarityPipeline({ ...pipeline, costs: free })).message).toMatch(
      /time of all stages/,
    );
  });
});
