import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flops } from '../../src/cost/index.ts';
import { errorOf } from '../host/error-of.ts';

const SEED = { seed: 8, numRuns: 200 };
const few = fc.integer({ min: 1, max: 6 });
const shapes = fc
  .record({
    layers: few,
    kvHeads: few,
    group: few,
    headDimension: few,
    width: few,
    vocabulary: fc.integer({ min: 0, max: 50 }),
    feedForward: few,
    gated: fc.boolean(),
    biases: fc.boolean(),
    tied: fc.boolean(),
    positions: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ group, ...shape }) => ({ ...shape, heads: group * shape.kvHeads }));

describe('the forward pass of a transformer', () => {
  test.each([
    ['BERT-base', 120_640_241_664, 0.3204, 0.0801],
    ['GPT-2 117M', 136_160_477_184, 0.2839, 0.071],
    ['GPT-2 1.5B', 1_672_821_145_600, 0.349, 0.0481],
    ['LLaMA-7B', 6_868_726_448_128, 0.3402, 0.02],
  ] as const)('of %s over 512 tokens takes %d FLOPs', (model, total, attention, quadratic) => {
    const work = flops.transformer({ model, tokens: 512 });
    expect(work.flops).toBe(total);
    expect(work.macs).toBe(total / 2);
    expect(work.attentionShare).toBeCloseTo(attention, 4);
    expect(work.quadraticShare).toBeCloseTo(quadratic, 4);
  });

  test.each([
    [128, 0.005079, 1_691_411_808_256],
    [2048, 0.075505, 29_124_173_234_176],
    [4096, 0.140409, 62_646_392_979_456],
    [8192, 0.246243, 142_884_972_003_328],
    [16384, 0.395176, 356_138_688_184_320],
    [32768, 0.566489, 993_752_353_079_296],
  ])('of LLaMA-7B over %d tokens has a quadratic share of %d and takes %d FLOPs', (tokens, share, total) => {
    const work = flops.transformer({ model: 'LLaMA-7B', tokens });
    expect(work.quadraticShare).toBeCloseTo(share, 6);
    expect(work.flops).toBe(total);
  });

  test('is, part by part, the textbook formula', () => {
    const { parts } = flops.transformer({ model: 'BERT-base', tokens: 512 });
    const [n, d] = [512, 768];
    expect(parts).toEqual({
      embedding: 0,
      projections: 12 * 3 * 2 * n * d * d,
      scores: 12 * 2 * n * n * d,
      weighted: 12 * 2 * n * n * d,
      output: 12 * 2 * n * d * d,
      feedForward: 12 * 2 * (2 * n * d * 4 * d),
      logits: 2 * n * d * 30_522,
    });
  });

  test('agrees with attention and dense layers on their own', () => {
    fc.assert(
      fc.property(shapes, few, few, fc.boolean(), (shape, tokens, batch, causal) => {
        const work = flops.transformer({ ...shape, tokens, batch, causal });
        const layer = flops.attention({ ...shape, tokens, batch, causal });
        const { parts } = work;
        const attention = parts.projections + parts.scores + parts.weighted + parts.output;
        expect(attention).toBe(shape.layers * layer.flops);
        const dense = flops.dense({ inputs: shape.width, outputs: shape.feedForward, batch: batch * tokens });
        expect(parts.feedForward).toBe(shape.layers * (shape.gated ? 3 : 2) * dense.flops);
        expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(work.flops);
        expect(work.attentionShare).toBeCloseTo(attention / work.flops, 12);
        expect(work.quadraticShare).toBeLessThanOrEqual(work.attentionShare);
      }),
      SEED,
    );
  });

  test('grows with its tokens, and is the same for sequences one by one or in a batch', () => {
    fc.assert(
      fc.property(shapes, few, few, (shape, tokens, batch) => {
        const one = flops.transformer({ ...shape, tokens });
        expect(flops.transformer({ ...shape, tokens, batch }).flops).toBe(batch * one.flops);
        expect(flops.transformer({ ...shape, tokens: tokens + 1 }).flops).toBeGreaterThan(one.flops);
        expect(flops.transformer({ ...shape, tokens, causal: true }).flops).toBeLessThanOrEqual(one.flops);
      }),
      SEED,
    );
  });

  test('of as many heads of keys as of queries is multi-head, and fewer save projections alone', () => {
    const shape = { layers: 2, width: 64, heads: 8, vocabulary: 100, tokens: 16 };
    const full = flops.transformer(shape);
    expect(flops.transformer({ ...shape, kvHeads: 8, headDimension: 8, feedForward: 256 })).toEqual(full);
    const grouped = flops.transformer({ ...shape, kvHeads: 2 });
    // Keys and values from 64 to 16 instead of 64: 2 layers x 2 x 2 x 16 tokens x 64 x 48 FLOPs less.
    expect(full.flops - grouped.flops).toBe(2 * 2 * 2 * 16 * 64 * 48);
    expect(grouped.parts.scores).toBe(full.parts.scores);
    expect(full.parameters.total - grouped.parameters.total).toBe(2 * 2 * 64 * 48);
  });

  test('of a name takes what differs, and leaves the rest', () => {
    const shipped = flops.transformer({ model: 'LLaMA-7B', feedForward: 11_008, gated: true, tokens: 512 });
    expect(shipped).toEqual(flops.transformer({ model: 'Llama 2 7B', tokens: 512 }));
    const open = { model: 'LLaMA-7B', kvHeads: undefined, layers: undefined, tokens: 512 } as never;
    expect(flops.transformer(open).flops).toBe(6_868_726_448_128);
  });
});

describe('parameters', () => {
  test.each([
    ['GPT-2 117M', 124_439_808],
    ['GPT-2 1.5B', 1_557_611_200],
    ['BERT-base', 109_482_240 - 768 * 769], // without its pooler, a dense layer of 768 x 768
    ['Llama 2 7B', 6_738_415_616],
    ['Llama 2 70B', 68_976_648_192],
    ['Mistral 7B', 7_241_732_096],
  ] as const)('of %s are the published %d', (model, total) => {
    const counted = flops.parameters({ model });
    expect(counted.total).toBe(total);
    const { embedding, attention, feedForward, norms, logits } = counted;
    expect(embedding + attention + feedForward + norms + logits).toBe(total);
    expect(flops.transformer({ model, tokens: 7 }).parameters).toEqual(counted);
  });

  test('are not more for a tied embedding', () => {
    const shape = { layers: 1, width: 8, heads: 2, vocabulary: 50 };
    expect(flops.parameters({ ...shape, tied: true }).logits).toBe(0);
    expect(flops.parameters(shape).logits).toBe(400);
  });
});

describe('the crossover', () => {
  test('of the quadratic terms is at 6 widths, of all attention at 2', () => {
    const { quadratic, attention } = flops.crossover({ model: 'LLaMA-7B' });
    expect([quadratic, attention]).toEqual([6 * 4096, 2 * 4096]);
    expect(flops.crossover({ model: 'GPT-2 1.5B' }).quadratic).toBe(9600);
  });

  test('is where both sides weigh the same', () => {
    const at = (tokens: number) =>
      flops.transformer({ layers: 3, width: 64, heads: 4, vocabulary: 1920, tokens }).parts;
    const lengths = flops.crossover({ layers: 3, width: 64, heads: 4, vocabulary: 1920 });
    expect(lengths).toEqual({ attention: 128, quadratic: 384, model: 704 });
    const layer = at(lengths.quadratic);
    expect(layer.scores + layer.weighted).toBe(layer.projections + layer.output + layer.feedForward);
    const all = at(lengths.attention);
    expect(all.scores + all.weighted + all.projections + all.output).toBe(all.feedForward);
    const model = at(lengths.model);
    expect(model.scores + model.weighted).toBe(
      model.projections + model.output + model.feedForward + model.logits,
    );
  });

  test('under a causal mask is where its halved scores weigh the same', () => {
    const shape = { layers: 3, width: 64, heads: 4, vocabulary: 0 };
    const { quadratic } = flops.crossover({ ...shape, causal: true });
    expect(quadratic).toBe(2 * 384 - 1);
    const { parts } = flops.transformer({ ...shape, tokens: quadratic, causal: true });
    expect(parts.scores + parts.weighted).toBe(parts.projections + parts.output + parts.feedForward);
  });

  test('is at 0 where attention outweighs the rest from the first token on', () => {
    expect(flops.crossover({ layers: 1, width: 64, heads: 4, vocabulary: 0, feedForward: 8 }).attention).toBe(
      0,
    );
  });
});

describe('training', () => {
  test('takes 6 FLOPs a parameter and token', () => {
    expect(flops.training({ parameters: 70e9, tokens: 1.4e12 }).flops).toBe(5.88e23);
  });

  test('takes three forward passes a step, and another of the layers where they are checkpointed', () => {
    const options = { model: 'GPT-2 117M', tokens: 512 } as const;
    const { flops: forward, parts } = flops.transformer(options);
    const step = flops.trainingStep(options);
    expect(step).toEqual({
      flops: 3 * forward,
      macs: 1.5 * forward,
      forward,
      backward: 2 * forward,
      recomputed: 0,
    });
    for (const checkpointing of ['full', 'sqrt', 3] as const) {
      const again = flops.trainingStep({ ...options, checkpointing });
      expect(again.recomputed).toBe(forward - parts.logits);
      expect(again.flops).toBe(3 * forward + again.recomputed);
    }
    const selective = flops.trainingStep({ ...options, checkpointing: 'selective' });
    expect(selective.recomputed).toBe(parts.scores + parts.weighted);
  });

  test('of a step of short sequences is near the rule of thumb', () => {
    const { total } = flops.parameters({ model: 'Llama 2 7B' });
    const step = flops.trainingStep({ model: 'Llama 2 7B', tokens: 128 });
    const ratio = step.flops / flops.training({ parameters: total, tokens: 128 }).flops;
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.03);
  });
});

describe('a step of generating', () => {
  test('over 1..n tokens adds up to the causal forward pass of n', () => {
    fc.assert(
      fc.property(shapes, few, few, (shape, tokens, batch) => {
        let steps = 0;
        for (let n = 1; n <= tokens; n++) steps += flops.decodeStep({ ...shape, tokens: n, batch }).flops;
        expect(steps).toBe(flops.transformer({ ...shape, tokens, batch, causal: true }).flops);
      }),
      SEED,
    );
  });

  test('of LLaMA-7B at 4096 tokens reads its weights and 2 GiB of cache, below 1 FLOP a byte', () => {
    const step = flops.decodeStep({ model: 'LLaMA-7B', tokens: 4096 });
    // The looked-up embedding is no product: one of the two matrices of 32000 x 4096 is not read.
    const weights = flops.parameters({ model: 'LLaMA-7B' }).total - 32_000 * 4096;
    expect(step.weightBytes).toBe(2 * weights);
    expect(step.cacheBytes).toBe(2_147_483_648);
    expect(step.bytes).toBe(step.weightBytes + step.cacheBytes);
    expect(step.intensity).toBe(step.flops / step.bytes);
    expect(step.intensity).toBeLessThan(1);
  });

  test('of a batch reads weights once, and every cache', () => {
    const one = flops.decodeStep({ model: 'Mistral 7B', tokens: 1000, dtype: 'int4', cacheDtype: 'int8' });
    const many = flops.decodeStep({
      model: 'Mistral 7B',
      tokens: 1000,
      batch: 64,
      dtype: 'int4',
      cacheDtype: 'int8',
    });
    expect(many.flops).toBe(64 * one.flops);
    expect(many.weightBytes).toBe(one.weightBytes);
    expect(many.cacheBytes).toBe(64 * one.cacheBytes);
    expect(one.cacheBytes).toBe(2 * 32 * 8 * 128 * 1000);
    expect(many.intensity).toBeGreaterThan(20 * one.intensity);
  });

  test('reads the embedding where the logits take it again', () => {
    const shape = { layers: 1, width: 8, heads: 2, vocabulary: 50, tokens: 3 };
    const bytes = (tied: boolean) => flops.decodeStep({ ...shape, tied }).weightBytes;
    expect(bytes(true)).toBe(bytes(false));
  });
});

describe('a model that is not there', () => {
  test('is answered by those that are', () => {
    for (const model of ['GPT-5', 'constructor', 7, null] as never[]) {
      const { code, message, expected } = errorOf(() => flops.transformer({ model, tokens: 1 }));
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toBe(
        `There is no model '${String(model)}'. Take one of: BERT-base, GPT-2 117M, GPT-2 1.5B, LLaMA-7B, Llama 2 7B, ` +
          'Llama 2 70B, Mistral 7B.',
      );
      expect(expected).toEqual(Object.keys(flops.models));
    }
  });

  test('is a half-told one, too', () => {
    const shape = { layers: 2, width: 64, heads: 8, vocabulary: 100, tokens: 16 };
    for (const name of Object.keys(shape)) {
      const error = errorOf(() => flops.transformer({ ...shape, [name]: undefined }));
      expect([error.code, error.message.includes(name)]).toEqual(['INVALID_ARGUMENT', true]);
      expect(errorOf(() => flops.transformer({ ...shape, [name]: -2 })).code).toBe('INVALID_ARGUMENT');
    }
    expect(errorOf(() => flops.transformer({ ...shape, heads: 7 })).message).toBe(
      '7 heads do not share a width of 64 out evenly. Give headDimension.',
    );
    expect(flops.transformer({ ...shape, heads: 7, headDimension: 9 }).flops).toBeGreaterThan(0);
    expect(errorOf(() => flops.transformer({ ...shape, causal: 1 as never })).message).toMatch('causal');
    for (const none of [undefined, null] as never[]) {
      expect(errorOf(() => flops.transformer(none)).code).toBe('INVALID_ARGUMENT');
      expect(errorOf(() => flops.crossover(none)).code).toBe('INVALID_ARGUMENT');
      expect(errorOf(() => flops.trainingStep(none)).code).toBe('INVALID_ARGUMENT');
      expect(errorOf(() => flops.decodeStep(none)).code).toBe('INVALID_ARGUMENT');
    }
  });

  test('and one beyond doubles is reported', () => {
    const shape = { layers: 1, width: 1e150, heads: 1, vocabulary: 0, tokens: 1e150 };
    expect(errorOf(() => flops.transformer(shape)).code).toBe('OVERFLOW');
    expect(errorOf(() => flops.decodeStep({ ...shape, tokens: 1e160 })).code).toBe('OVERFLOW');
    expect(errorOf(() => flops.parameters({ ...shape, width: 1e200 })).code).toBe('OVERFLOW');
  });
});
