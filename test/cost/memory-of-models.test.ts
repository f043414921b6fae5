import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flops, memory } from '../../src/cost/index.ts';
import { errorOf } from '../host/error-of.ts';

const SEED = { seed: 8, numRuns: 200 };
const few = fc.integer({ min: 1, max: 9 });

describe('parameters', () => {
  test('take what their dtype takes', () => {
    const of = (dtype: Parameters<typeof memory.parameters>[0]['dtype']) =>
      memory.parameters({ parameters: 1e9, dtype: dtype! });
    expect(memory.parameters({ parameters: 1e9 })).toBe(4e9);
    expect([of('float64'), of('float32'), of('float16'), of('bfloat16')]).toEqual([8e9, 4e9, 2e9, 2e9]);
    expect([of('float8'), of('int8'), of('int4')]).toEqual([1e9, 1e9, 5e8]);
    expect(memory.parameters({ parameters: 3, dtype: 'int4' })).toBe(2);
  });

  test('of embeddings are entries x dimensions', () => {
    expect(memory.embeddingTable({ entries: 50_257, dimensions: 768 })).toBe(154_389_504);
    expect(memory.embeddingTable({ entries: 1e6, dimensions: 64, tables: 26, dtype: 'float16' })).toBe(
      26 * 128e6,
    );
  });
});

describe('training', () => {
  test('in float32 with Adam takes four times the weights', () => {
    const { bytes, weights } = memory.training({ parameters: 1e9 });
    expect(weights).toBe(4e9);
    expect(bytes).toBe(4 * weights);
  });

  test('in mixed precision with Adam takes 16 bytes a parameter: 24e9 for 1.5e9 of them', () => {
    const held = memory.training({ parameters: 1.5e9, dtype: 'float16', masterWeights: true });
    expect(held).toEqual({
      weights: 3e9,
      gradients: 3e9,
      masterWeights: 6e9,
      optimizerStates: 12e9,
      bytes: 24e9,
      bytesPerParameter: 16,
      checkpoint: 21e9,
    });
  });

  test.each([
    ['sgd', 0],
    ['momentum', 1],
    ['adagrad', 1],
    ['rmsprop', 1],
    ['adam', 2],
    ['adamw', 2],
  ] as const)('with %s keeps %d values for each parameter', (optimizer, states) => {
    const held = memory.training({ parameters: 100, optimizer });
    expect(held.optimizerStates).toBe(400 * states);
    expect(held.bytes).toBe(800 + 400 * states);
  });

  test('leaves gradients out of a checkpoint: 42e9 bytes for 7e9 of float16 with two moments', () => {
    expect(memory.checkpoint({ parameters: 7e9, dtype: 'float16' })).toBe(42e9);
  });

  test('is the sum of its parts, each in its dtype', () => {
    const held = memory.training({
      parameters: 100,
      dtype: 'bfloat16',
      gradientDtype: 'float32',
      stateDtype: 'int8',
    });
    expect([held.weights, held.gradients, held.masterWeights, held.optimizerStates]).toEqual([
      200, 400, 0, 200,
    ]);
    expect(held.bytes).toBe(800);
    expect(held.checkpoint).toBe(400);
  });

  test('loads 4 workers x 2 = 8 batches ahead', () => {
    const batchBytes = 32 * 3 * 224 * 224 * 4;
    expect(memory.loaderBuffer({ workers: 4, batchBytes })).toEqual({ batches: 8, bytes: 8 * batchBytes });
    expect(memory.loaderBuffer({ workers: 4, prefetch: 3, batchBytes: 10 }).bytes).toBe(120);
    expect(memory.loaderBuffer({ workers: 0, batchBytes: 10 }).bytes).toBe(0);
  });
});

describe('activations of a transformer', () => {
  const shape = { layers: 96, width: 12_288, heads: 96, tokens: 2048 };

  test('are s b h (34 + 5 a s / h) bytes a layer at 16 bits', () => {
    // 5 a s / h is 80 in GPT-3, and 64 in MT-NLG, of 105 layers, 20480 wide, 128 heads.
    expect(memory.transformerActivations(shape).bytesPerLayer).toBe(2048 * 12_288 * (34 + 80));
    const large = { layers: 105, width: 20_480, heads: 128, tokens: 2048, batch: 3 };
    expect(memory.transformerActivations(large).bytesPerLayer).toBe(2048 * 3 * 20_480 * (34 + 64));
    expect(memory.transformerActivations(large).bytes).toBe(105 * 2048 * 3 * 20_480 * (34 + 64));
  });

  test('are twice the operands in float32, while masks stay a byte', () => {
    const { bytesPerLayer } = memory.transformerActivations({ ...shape, dtype: 'float32' });
    // 16 operands and 2 masks a value, 2 operands and 1 mask a score; scores are 16 a value.
    expect(bytesPerLayer).toBe(2048 * 12_288 * (16 * 4 + 2 + (2 * 4 + 1) * 16));
    const { bytesPerLayer: dry } = memory.transformerActivations({ ...shape, dropout: false });
    expect(dry).toBe(2048 * 12_288 * (32 + 4 * 16));
  });

  test('follow the widths of grouped queries and gated feed-forwards', () => {
    const grouped = memory.transformerActivations({ ...shape, kvHeads: 8 });
    const full = memory.transformerActivations(shape);
    expect(full.bytesPerLayer - grouped.bytesPerLayer).toBe(2 * 2 * 2048 * 88 * 128);
    const gated = memory.transformerActivations({ ...shape, gated: true, feedForward: 8192 });
    const plain = memory.transformerActivations({ ...shape, feedForward: 8192 });
    expect(gated.bytesPerLayer - plain.bytesPerLayer).toBe(2 * 2 * 2048 * 8192);
  });

  test('of a named model are those of its numbers', () => {
    const step = { tokens: 1024, batch: 32 };
    const byName = memory.transformerActivations({ model: 'GPT-2 1.5B', ...step });
    expect(byName.bytes).toBe(286_890_393_600); // 48 x 1024 x 32 x 1600 x (34 + 80)
    expect(byName).toEqual(memory.transformerActivations({ layers: 48, width: 1600, heads: 25, ...step }));
  });

  test('are the layers inputs and one layer where each is checkpointed', () => {
    const none = memory.transformerActivations(shape);
    const full = memory.transformerActivations({ ...shape, checkpointing: 'full' });
    const input = 2 * 2048 * 12_288;
    expect(full.kept).toBe(96 * input);
    expect(full.bytes).toBe(95 * input + none.bytesPerLayer);
    expect(full.slowdown).toBe(4 / 3);
    expect(full).toEqual(memory.transformerActivations({ ...shape, checkpointing: 1 }));
  });

  test('are the inputs of every tenth layer and ten layers where sqrt(96) are checkpointed', () => {
    const root = memory.transformerActivations({ ...shape, checkpointing: 'sqrt' });
    const input = 2 * 2048 * 12_288;
    expect(root.kept).toBe(10 * input);
    expect(root.bytes).toBe(9 * input + 10 * root.bytesPerLayer);
    expect(root).toEqual(memory.transformerActivations({ ...shape, checkpointing: 10 }));
  });

  test('are s b h 34 bytes a layer where scores alone are computed again', () => {
    const selective = memory.transformerActivations({ ...shape, checkpointing: 'selective' });
    const value = 2048 * 12_288;
    expect(selective.kept).toBe(96 * value * 34);
    expect(selective.bytes).toBe(96 * value * 34 + value * 80);
    const { parts } = flops.transformer({ ...shape, vocabulary: 0 });
    expect(selective.recomputed).toBe(parts.scores + parts.weighted);
    expect(selective.slowdown).toBeLessThan(1.01);
  });

  test('with all layers in one segment are as many as without checkpointing, and never more', () => {
    fc.assert(
      fc.property(few, few, few, few, few, few, (layers, heads, headDimension, tokens, batch, every) => {
        const model = { layers, width: heads * headDimension, heads, tokens, batch };
        const none = memory.transformerActivations(model);
        expect(none.bytes).toBe(layers * none.bytesPerLayer);
        expect([none.kept, none.recomputed, none.slowdown]).toEqual([none.bytes, 0, 1]);
        const one = memory.transformerActivations({ ...model, checkpointing: layers });
        expect(one.bytes).toBe(none.bytes);
        const beyond = memory.transformerActivations({ ...model, checkpointing: layers + 5 });
        expect(beyond).toEqual(one);
        for (const checkpointing of [every, 'full', 'sqrt', 'selective'] as const) {
          const some = memory.transformerActivations({ ...model, checkpointing });
          expect(some.kept).toBeLessThanOrEqual(some.bytes);
          expect(some.bytes).toBeLessThanOrEqual(none.bytes);
          expect(some.slowdown).toBeLessThanOrEqual(4 / 3);
        }
        const twice = memory.transformerActivations({ ...model, batch: 2 * batch });
        expect(twice.bytes).toBe(2 * none.bytes);
      }),
      SEED,
    );
  });
});

describe('activations of a perceptron', () => {
  test('are the inputs of its layers and of the functions between them', () => {
    const { bytes, slowdown } = memory.mlpActivations({ layers: [784, 100, 10], batch: 32 });
    expect(bytes).toBe(32 * (784 + 100 + 100) * 4);
    expect(slowdown).toBe(1);
  });

  test('under checkpointing are the inputs of segments and the largest segment', () => {
    const network = { layers: [10, 20, 30, 40, 5], dtype: 'float32' as const };
    // Saved by layer: 10 + 20, 20 + 30, 30 + 40, 40.
    expect(memory.mlpActivations(network).bytes).toBe(4 * 190);
    const pairs = memory.mlpActivations({ ...network, checkpointing: 2 });
    expect(pairs.kept).toBe(4 * (10 + 30));
    expect(pairs.bytes).toBe(4 * (10 + 30 + Math.max(20 + 20 + 30, 40 + 40)));
    expect(memory.mlpActivations({ ...network, checkpointing: 'sqrt' })).toEqual(pairs);
    const full = memory.mlpActivations({ ...network, checkpointing: 'full' });
    expect(full.bytes).toBe(4 * (10 + 20 + 30 + 40 + 40));
    expect(full.recomputed).toBe(flops.mlp(network).flops);
    expect(full.slowdown).toBe(4 / 3);
  });

  test('in one segment are as many as without checkpointing', () => {
    fc.assert(
      fc.property(fc.array(few, { minLength: 2, maxLength: 12 }), few, (layers, batch) => {
        const none = memory.mlpActivations({ layers, batch });
        const one = memory.mlpActivations({ layers, batch, checkpointing: layers.length });
        expect(one.bytes).toBe(none.bytes);
        const full = memory.mlpActivations({ layers, batch, checkpointing: 'full' });
        expect(full.bytes).toBeLessThanOrEqual(none.bytes);
      }),
      SEED,
    );
  });
});

describe('cached keys and values', () => {
  const model = { layers: 8, heads: 32, headDimension: 128 };

  test.each([
    [1024, 134_217_728],
    [8192, 1_073_741_824],
    [32_768, 4_294_967_296],
  ])('of 8 layers, 32 heads of 128 and %d tokens are %d bytes', (tokens, bytes) => {
    expect(memory.kvCache({ ...model, tokens }).bytes).toBe(bytes);
  });

  test('of LLaMA-7B at 4096 tokens are 2 GiB a sequence', () => {
    expect(memory.kvCache({ model: 'LLaMA-7B', tokens: 4096 })).toEqual({
      bytes: 2_147_483_648,
      bytesPerToken: 524_288,
      attention: 'multi-head',
    });
    expect(memory.kvCache({ layers: 32, heads: 32, width: 4096, tokens: 4096, batch: 32 }).bytes).toBe(
      68_719_476_736,
    );
  });

  test('of 70 layers, 64 heads of 128 and 32 768 tokens are 75 161 927 680 bytes', () => {
    const bytes = memory.kvCache({ layers: 70, kvHeads: 64, headDimension: 128, tokens: 32_768 });
    expect(bytes.bytes).toBe(75_161_927_680);
    expect(bytes.attention).toBeUndefined();
  });

  test('shrink with the heads that are shared', () => {
    const of = (kvHeads: number) => memory.kvCache({ ...model, kvHeads, tokens: 8192 });
    expect(of(32)).toEqual(memory.kvCache({ ...model, tokens: 8192 }));
    expect([of(8).bytes, of(8).attention]).toEqual([1_073_741_824 / 4, 'grouped-query']);
    expect([of(1).bytes, of(1).attention]).toEqual([1_073_741_824 / 32, 'multi-query']);
    expect(memory.kvCache({ model: 'Llama 2 70B', tokens: 1 }).bytes).toBe(2 * 80 * 8 * 128 * 2);
    expect(memory.kvCache({ model: 'Llama 2 70B', kvHeads: 64, tokens: 1 }).bytes).toBe(2 * 80 * 8192 * 2);
  });

  test('are what a step of generating moves of them', () => {
    const options = { model: 'Mistral 7B', tokens: 777, batch: 3 } as const;
    expect(flops.decodeStep({ ...options, cacheDtype: 'int8' }).cacheBytes).toBe(
      memory.kvCache({ ...options, dtype: 'int8' }).bytes,
    );
  });

  test('fill a budget up to the last token, and the last sequence', () => {
    const budgets = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        few,
        few,
        few,
        few,
        few,
        budgets,
        (layers, kvHeads, headDimension, tokens, batch, budget) => {
          const cache = { layers, kvHeads, headDimension, tokens, batch, dtype: 'float32' as const };
          const fits = memory.kvCacheCapacity({ ...cache, budget: budget + 1000, reserved: 1000 });
          expect(fits.bytes).toBe(budget);
          const bytesOf = (change: object) => memory.kvCache({ ...cache, ...change }).bytes;
          expect(bytesOf({ tokens: fits.tokens + 1 })).toBeGreaterThan(budget);
          expect(bytesOf({ batch: fits.batch + 1 })).toBeGreaterThan(budget);
          if (fits.tokens > 0) expect(bytesOf({ tokens: fits.tokens })).toBeLessThanOrEqual(budget);
          if (fits.batch > 0) expect(bytesOf({ batch: fits.batch })).toBeLessThanOrEqual(budget);
        },
      ),
      SEED,
    );
  });

  test('find no room where the budget is spent before', () => {
    const options = { model: 'LLaMA-7B', tokens: 2048, budget: 8e9, reserved: 13.5e9 } as const;
    const { code, message } = errorOf(() => memory.kvCacheCapacity(options));
    expect(code).toBe('INFEASIBLE');
    expect(message).toMatch('13500000000 bytes are reserved of a budget of 8000000000');
    expect(memory.kvCacheCapacity({ ...options, budget: 13.5e9 })).toEqual({
      tokens: 0,
      batch: 0,
      bytesPerToken: 524_288,
      bytes: 0,
    });
    expect(memory.kvCacheCapacity({ ...options, budget: 24e9 })).toEqual({
      tokens: 20_027,
      batch: 9,
      bytesPerToken: 524_288,
      bytes: 10.5e9,
    });
  });
});

describe('bytes for people', () => {
  test('say which thousand is meant', () => {
    expect(memory.formatBytes(134_217_728)).toBe('128 MiB');
    expect(memory.formatBytes(134_217_728, { unit: 'decimal' })).toBe('134.22 MB');
    expect(memory.formatBytes(75_161_927_680)).toBe('70 GiB');
    expect(memory.formatBytes(75_161_927_680, { unit: 'GB', digits: 3 })).toBe('75.162 GB');
    expect(memory.formatBytes(560_000, { unit: 'KiB', digits: 3 })).toBe('546.875 KiB');
    expect(memory.formatBytes(5e6 * 200e3 * 4, { unit: 'GiB', digits: 6 })).toBe('3725.290298 GiB');
  });

  test('take the largest unit that leaves at least 1, rounded as it is written', () => {
    expect(memory.formatBytes(0)).toBe('0 B');
    expect(memory.formatBytes(1023)).toBe('1023 B');
    expect(memory.formatBytes(1024)).toBe('1 KiB');
    expect(memory.formatBytes(1024 ** 2 - 1)).toBe('1 MiB');
    expect(memory.formatBytes(999_999, { unit: 'decimal' })).toBe('1 MB');
    expect(memory.formatBytes(1e21, { unit: 'decimal' })).toBe('1000 EB');
    expect(memory.formatBytes(2 ** 70, { unit: 'EB', digits: 0 })).toBe('1181 EB');
    expect(memory.formatBytes(1500, { unit: 'B' })).toBe('1500 B');
  });

  test('name the units where one is unknown', () => {
    const { message } = errorOf(() => memory.formatBytes(1, { unit: 'Mb' as 'MB' }));
    expect(message).toMatch("no unit 'Mb'. Take one of: decimal, binary, B, kB, MB");
    expect(errorOf(() => memory.formatBytes(-1)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => memory.formatBytes(1, { digits: 101 })).code).toBe('INVALID_ARGUMENT');
  });
});

describe('bad input', () => {
  test('is named, and what is known is listed', () => {
    const messages = [
      () => memory.parameters({ parameters: 1, dtype: 'fp16' as 'float16' }),
      () => memory.training({ parameters: 1, optimizer: 'lion' as 'adam' }),
      () => memory.kvCache({ model: 'GPT-5' as 'LLaMA-7B', tokens: 1 }),
      () => memory.transformerActivations({ model: 'LLaMA-7B', tokens: 1, checkpointing: 'all' as 'full' }),
    ].map((call) => errorOf(call).message);
    expect(messages).toEqual([
      "There is no dtype 'fp16'. Take one of: float64, float32, float16, bfloat16, float8, int8, int4.",
      "There is no optimizer 'lion'. Take one of: sgd, momentum, adagrad, rmsprop, adam, adamw.",
      expect.stringMatching(/^There is no model 'GPT-5'. Take one of: BERT-base, /),
      "There is no checkpointing 'all'. Take one of: none, selective, full, sqrt, or every how many layers.",
    ]);
  });

  test.each([-1, 0, 2.5, Number.NaN, Number.POSITIVE_INFINITY, '4', null])(
    'such as %s is no size',
    (size) => {
      const bad = size as number;
      const calls: (() => unknown)[] = [
        () => memory.parameters({ parameters: bad }),
        () => memory.training({ parameters: bad }),
        () => memory.checkpoint({ parameters: bad }),
        () => memory.embeddingTable({ entries: bad, dimensions: 1 }),
        () => memory.loaderBuffer({ workers: 1, prefetch: bad, batchBytes: 1 }),
        () => memory.kvCache({ layers: 1, kvHeads: 1, headDimension: 1, tokens: bad }),
        () => memory.kvCache({ layers: 1, heads: 4, kvHeads: bad, headDimension: 1, tokens: 1 }),
        () => memory.transformerActivations({ layers: 1, width: 1, heads: 1, tokens: bad }),
        () => memory.transformerActivations({ model: 'LLaMA-7B', tokens: 1, checkpointing: bad }),
        () => memory.mlpActivations({ layers: [1, bad] }),
      ];
      for (const call of calls) expect(errorOf(call).code).toBe('INVALID_ARGUMENT');
    },
  );

  test('such as no options, or half a model, is an error of the package', () => {
    for (const none of [undefined, null] as never[]) {
      const calls: (() => unknown)[] = [
        () => memory.parameters(none),
        () => memory.training(none),
        () => memory.checkpoint(none),
        () => memory.embeddingTable(none),
        () => memory.loaderBuffer(none),
        () => memory.kvCache(none),
        () => memory.kvCacheCapacity(none),
        () => memory.transformerActivations(none),
        () => memory.mlpActivations(none),
      ];
      for (const call of calls) expect(errorOf(call).code).toBe('INVALID_ARGUMENT');
    }
    const { message } = errorOf(() => memory.kvCache({ layers: 8, heads: 32, tokens: 1 }));
    expect(message).toBe('width must be an integer of at least 1; got undefined.');
    expect(
      errorOf(() => memory.kvCache({ layers: 8, heads: 32, kvHeads: 5, width: 64, tokens: 1 })).code,
    ).toBe('INVALID_ARGUMENT');
  });

  test('beyond doubles is reported', () => {
    const huge = { parameters: Number.MAX_VALUE };
    expect(errorOf(() => memory.parameters(huge)).code).toBe('OVERFLOW');
    expect(errorOf(() => memory.training(huge)).code).toBe('OVERFLOW');
    expect(errorOf(() => memory.training({ ...huge, dtype: 'int8' })).code).toBe('OVERFLOW');
    expect(errorOf(() => memory.kvCache({ model: 'LLaMA-7B', tokens: Number.MAX_VALUE })).code).toBe(
      'OVERFLOW',
    );
    const step = { layers: 1, width: 1, heads: 1, tokens: 1e160 };
    expect(errorOf(() => memory.transformerActivations(step)).code).toBe('OVERFLOW');
    expect(errorOf(() => memory.mlpActivations({ layers: [1e200, 1e200] })).code).toBe('OVERFLOW');
    expect(errorOf(() => memory.loaderBuffer({ workers: 1e200, batchBytes: 1e200 })).code).toBe('OVERFLOW');
  });
});
