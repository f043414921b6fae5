import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanewiseError, roofline } from '../../src/cost/index.ts';

const A100 = { peak: 312e12, bandwidth: 2039e9 };

function errorOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Relative error. */
const off = (got: number, expected: number): number => Math.abs(got - expected) / Math.abs(expected);

describe('the roofline of an A100', () => {
  test('bends at 153.016184 FLOP a byte', () => {
    expect(roofline.ridge(A100)).toBe(312e12 / 2039e9);
    expect(roofline.ridge(A100)).toBeCloseTo(153.016184, 6);
    expect(roofline.ridge('a100-80gb')).toBe(roofline.ridge(A100));
    expect(roofline.ridge('a100-80gb', 'tf32')).toBe(156e12 / 2039e9);
  });

  test.each([
    ['4096^3 matmul', roofline.matmul({ m: 4096, k: 4096, n: 4096 }), 4096 / 3, 'compute', 1],
    ['ReLU 1024 x 4096', roofline.elementwise({ elements: 1024 * 4096 }), 0.25, 'memory', 0.00163381],
    ['softmax 32 x 2048', roofline.softmax({ rows: 32, columns: 2048 }), 1.25, 'memory', 0.00816907],
    [
      'attention of 32 heads',
      roofline.attention({ heads: 32, tokens: 2048, headDimensions: 128 }),
      1024 / 9,
      'memory',
      0.74356695,
    ],
    ['embedding look-up', roofline.embedding({ rows: 32, dimensions: 768 }), 0, 'memory', 0],
  ] as const)('places %s', (_, work, intensity, bound, utilization) => {
    const place = roofline.place({ ...work, hardware: 'a100-80gb' });
    expect(place.intensity).toBeCloseTo(intensity, 9);
    expect(place.bound).toBe(bound);
    expect(place.utilization).toBeCloseTo(utilization, 8);
    expect(place.attainable).toBeCloseTo(utilization * 312e12, -7);
    expect(place.time).toBe(Math.max(work.flops / 312e12, work.bytes / 2039e9) * 1000);
    const point = { intensity: place.intensity, hardware: A100 };
    expect(roofline.attainable(point)).toBe(place.attainable);
    expect(roofline.bound(point)).toBe(bound);
    expect(roofline.utilization(point)).toBe(place.utilization);
  });

  test('counts operations and bytes in whole numbers', () => {
    expect(roofline.matmul({ m: 4096, k: 4096, n: 4096 })).toMatchObject({
      flops: 137_438_953_472, // 2 * 4096^3
      bytes: 100_663_296, // 3 * 4096^2 * 2
    });
    // A head: 4 * 2048^2 * 128 FLOPs; (4 * 2048 * 128 + 2 * 2048^2) numbers of 2 bytes.
    expect(roofline.attention({ heads: 32, tokens: 2048, headDimensions: 128 })).toMatchObject({
      flops: 68_719_476_736,
      bytes: 603_979_776,
    });
    expect(roofline.dot({ dimensions: 256, dtype: 'float32' })).toMatchObject({ flops: 512, bytes: 2052 });
    expect(roofline.matvec({ rows: 1000, columns: 100, dtype: 'int8' })).toMatchObject({
      flops: 200_000,
      bytes: 101_100,
    });
    // Two int4 share a byte: 256 of the matrix, 256 of the vector and a result.
    expect(roofline.matvec({ rows: 1, columns: 256, dtype: 'int4' }).bytes).toBe(257);
    expect(roofline.matmul({ m: 2, k: 3, n: 4, dtype: 'tf32' }).bytes).toBe(4 * (6 + 12 + 8));
    // 32 ids of 4 bytes; 32 * 768 numbers of 2 bytes in and out.
    expect(roofline.embedding({ rows: 32, dimensions: 768 }).bytes).toBe(128 + 2 * 32 * 768 * 2);
    // A residual: two arrays in, one out.
    expect(roofline.elementwise({ elements: 100, operands: 2 }).bytes).toBe(600);
  });

  test('moves n^2 d^2 / M for attention whose scores stay on the chip', () => {
    const shape = { heads: 1, tokens: 4096, headDimensions: 64 };
    // 98 304 bytes hold 192 rows of 4 * 64 numbers of 2 bytes: 22 blocks of keys, each with 3nd + 4n numbers; 2nd once.
    const blocks = Math.ceil(4096 / 192);
    const fused = roofline.attention({ ...shape, fast: 98_304 });
    expect(fused.bytes).toBe(2 * (2 * 4096 * 64 + blocks * (3 * 4096 * 64 + 4 * 4096)));
    expect(fused.flops).toBe(roofline.attention(shape).flops);
    expect(fused.bytes).toBeLessThan(roofline.attention(shape).bytes);
    expect(() => roofline.attention({ ...shape, fast: 511 })).toThrow(/fast must be a number in 512\.\./);
  });
});

describe('transfers', () => {
  test('take bytes over bandwidth', () => {
    expect(roofline.transferTime({ bytes: 180e6, bandwidth: 3.35e12 })).toBeCloseTo(0.0537313, 7);
    // 64 float32 images of 3 x 224 x 224, which a table in MiB calls 37 MB.
    expect(roofline.transferTime({ bytes: 64 * 3 * 224 * 224 * 4, bandwidth: 31.5e9 })).toBeCloseTo(1.22, 2);
    expect(roofline.transferTime({ bytes: 0, bandwidth: 1 })).toBe(0);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, null])('refuse a bandwidth of %s', (bandwidth) => {
    const error = errorOf(() => roofline.transferTime({ bytes: 1, bandwidth: bandwidth as number }));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toMatch(/bandwidth/);
    const own = errorOf(() => roofline.ridge({ peak: 1, bandwidth: bandwidth as number }));
    expect(own.message).toMatch(/hardware\.bandwidth/);
  });
});

describe('fusing a chain', () => {
  test('saves all that lies between its steps', () => {
    // Three steps of one array in and one out: 6 arrays against 2.
    expect(roofline.fusion({ elements: 1000, steps: 3 })).toEqual({
      unfused: 12_000,
      fused: 4000,
      saved: 8000,
      speedup: 3,
    });
    // bias (1 operand), GELU, residual (1 operand): 3 + 2 + 3 arrays against 2 + 2.
    const chain = [{ operands: 1 }, { flopsPerElement: 8 }, { operands: 1 }];
    expect(roofline.fusion({ elements: 10, steps: chain, dtype: 'float32' })).toMatchObject({
      unfused: 320,
      fused: 160,
      speedup: 2,
    });
  });

  test('is worth less where computing holds back', () => {
    const hardware = { peak: 100, bandwidth: 100 };
    const light = roofline.fusion({ elements: 100, steps: [{}, {}], hardware });
    expect(light.speedup).toBe(2); // 8 s of 4 bytes an element against 4 s
    // 16 FLOPs take 16 s a step, fused or not.
    const heavy = [{ flopsPerElement: 16 }, { flopsPerElement: 16 }];
    expect(roofline.fusion({ elements: 100, steps: heavy, hardware }).speedup).toBe(1);
    // A number of steps is as many of one FLOP: fused, 8 FLOPs take 8 s and bytes 4 s; apart, 8 times 4 s.
    expect(roofline.fusion({ elements: 100, steps: 8, hardware }).speedup).toBe(4);
  });

  test('takes a chain of one step at least', () => {
    for (const steps of [0, [], 1.5, null]) {
      const error = errorOf(() => roofline.fusion({ elements: 1, steps: steps as number }));
      expect(error.code).toBe('INVALID_ARGUMENT');
    }
  });
});

describe('the curve', () => {
  test('is even on a logarithmic axis, exact at its ends, and bends at the ridge', () => {
    const hardware = { peak: 1000, bandwidth: 10 }; // ridge at 100
    const points = roofline.curve({ hardware, from: 1, to: 10_000, points: 9 });
    expect(points.length).toBe(9);
    expect(points[0]).toEqual({ intensity: 1, attainable: 10, bound: 'memory' });
    expect(points[8]).toEqual({ intensity: 10_000, attainable: 1000, bound: 'compute' });
    expect(points[4]).toEqual({ intensity: 100, attainable: 1000, bound: 'compute' });
    expect(off(points[1]!.intensity, 10 ** 0.5)).toBeLessThan(1e-14);
    const moved = roofline.curve({ hardware, from: 2, to: 130, points: 4 });
    expect(moved.map((point) => point.intensity)).toContain(100);
    const ends = roofline.curve({ hardware, from: 99, to: 10_000, points: 3 });
    expect(ends.map((point) => point.intensity)).toEqual([99, 100, 10_000]);
    const last = roofline.curve({ hardware, from: 1, to: 101, points: 3 });
    expect(last.map((point) => point.intensity)).toEqual([1, 100, 101]);
  });

  test('never falls, and lies under both roofs', () => {
    const names = Object.keys(roofline.hardware).filter(
      (name) => Object.keys(roofline.hardware[name as 'l4'].peak).length > 0,
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 2, max: 200 }), (name, count) => {
        const choice = name as 'l4';
        const points = roofline.curve({ hardware: choice, points: count });
        expect(points.length).toBe(count);
        const { bandwidth } = roofline.hardware[choice];
        for (let i = 0; i < count; i++) {
          const { intensity, attainable } = points[i]!;
          if (i > 0) {
            expect(intensity).toBeGreaterThan(points[i - 1]!.intensity);
            expect(attainable).toBeGreaterThanOrEqual(points[i - 1]!.attainable);
          }
          expect(attainable).toBeLessThanOrEqual(intensity * bandwidth);
        }
      }),
      { seed: 8, numRuns: 50 },
    );
  });

  test('refuses an empty stretch', () => {
    const hardware = 't4';
    expect(errorOf(() => roofline.curve({ hardware, from: 2, to: 2 })).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => roofline.curve({ hardware, from: 0 })).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => roofline.curve({ hardware, points: 1 })).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => roofline.curve({ hardware, points: 1e9 })).code).toBe('INVALID_ARGUMENT');
  });
});

describe('the table of hardware', () => {
  const entries = Object.entries(roofline.hardware);

  test('names a source and its year for every machine', () => {
    expect(entries.length).toBeGreaterThanOrEqual(14);
    for (const [, machine] of entries) {
      expect(machine.source.length).toBeGreaterThan(10);
      expect(machine.date).toMatch(/^20(1[89]|2\d)$/);
      expect(machine.bandwidth).toBeGreaterThan(1e9);
    }
  });

  test('gives what the data sheets print', () => {
    expect(roofline.hardware['a100-80gb']).toMatchObject({ bandwidth: 2039e9, memory: 80e9 });
    expect(roofline.hardware['a100-80gb'].peak).toMatchObject({
      float32: 19.5e12,
      float16: 312e12,
      int8: 624e12,
    });
    expect(roofline.hardware['h100-sxm'].peak.float16).toBe(1979e12 / 2); // printed with sparsity
    expect(roofline.hardware['h100-sxm'].bandwidth).toBe(3.35e12);
    expect(roofline.hardware.t4.peak).toEqual({ float32: 8.1e12, float16: 65e12, int8: 130e12 });
    expect(roofline.hardware.mi300x.peak.float16).toBe(1307.4e12);
  });

  test('comes to its figures by the arithmetic it shows', () => {
    let shown = 0;
    for (const [, machine] of entries) {
      for (const [, of, product] of machine.arithmetic?.matchAll(/(float32|bandwidth): ([^;]+)/g) ?? []) {
        const factors = product!.match(/[\d.]+(e9)?/g)!.map(Number);
        const stated = of === 'bandwidth' ? machine.bandwidth : machine.peak.float32!;
        expect(
          off(
            factors.reduce((a, b) => a * b),
            stated,
          ),
        ).toBeLessThan(1e-12);
        shown++;
      }
    }
    expect(shown).toBe(8);
  });

  test('lists its names where one is unknown', () => {
    const error = errorOf(() => roofline.ridge('h900' as 'l4'));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.expected).toEqual(Object.keys(roofline.hardware));
    expect(error.message).toContain('a100-40gb, a100-80gb, h100-sxm');
    expect(() => roofline.ridge('toString' as 'l4')).toThrow(/No hardware 'toString'/);
  });

  test('says where no source tells a peak', () => {
    const error = errorOf(() => roofline.ridge('apple-m3'));
    expect(error.message).toMatch(/No source tells the float32 peak of apple-m3/);
    expect(errorOf(() => roofline.ridge('t4', 'bfloat16')).expected).toEqual(['float32', 'float16', 'int8']);
    expect(errorOf(() => roofline.ridge('t4', 'fp16' as 'float16')).message).toMatch(
      /no dtype 'fp16'. Take one of: float64, float32, float16, bfloat16, float8, int8, int4, tf32/,
    );
  });

  test('takes float16 where there is one, else float32', () => {
    expect(roofline.ridge('l4')).toBe(121e12 / 300e9);
    expect(roofline.ridge('epyc-7763')).toBe(5017.6e9 / 204.8e9);
  });
});

describe('bad input', () => {
  test('is refused by name', () => {
    const runs: [RegExp, () => unknown][] = [
      [/flops/, () => roofline.intensity({ flops: -1, bytes: 1 })],
      [/bytes/, () => roofline.intensity({ flops: 1, bytes: 0 })],
      [/flops/, () => roofline.time(null as never)],
      [/flops/, () => roofline.place(undefined as never)],
      [/hardware/, () => roofline.curve(null as never)],
      [/intensity/, () => roofline.bound({ intensity: Number.NaN, hardware: 'l4' })],
      [/m must be/, () => roofline.matmul({ m: 1.5, k: 1, n: 1 })],
      [/n must be/, () => roofline.matmul({ m: 1, k: 1, n: -1 })],
      [/elements/, () => roofline.elementwise(null as never)],
      [/heads/, () => roofline.attention(undefined as never)],
      [/dimensions/, () => roofline.embedding({ rows: 1, dimensions: 0 })],
      [/hardware\.peak/, () => roofline.ridge({ peak: 0, bandwidth: 1 })],
      [/hardware\.bandwidth/, () => roofline.ridge({ peak: 1 } as never)],
      [/No hardware 'null'.*l4, t4/, () => roofline.ridge(null as never)],
      [/No hardware 'undefined'.*l4, t4/, () => roofline.time({ flops: 1, bytes: 1 } as never)],
      [/by itself.*an object of hardware\. Known.*l4, t4/, () => roofline.ridge({ hardware: 'l4' } as never)],
      [/names its values; got null/, () => roofline.fusion({ elements: 1, steps: [null as never] })],
    ];
    for (const [message, run] of runs) {
      const error = errorOf(run);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
  });

  test('is never answered by an infinity', () => {
    const hardware = { peak: 1e-300, bandwidth: 1e-300 };
    expect(errorOf(() => roofline.time({ flops: 1e300, bytes: 1, hardware })).code).toBe('OVERFLOW');
    expect(errorOf(() => roofline.intensity({ flops: 1e300, bytes: 1e-300 })).code).toBe('OVERFLOW');
    expect(errorOf(() => roofline.matmul({ m: 1e150, k: 1e150, n: 1e150 })).code).toBe('OVERFLOW');
    expect(errorOf(() => roofline.ridge({ peak: 1e300, bandwidth: 1e-300 })).code).toBe('OVERFLOW');
    expect(errorOf(() => roofline.fusion({ elements: 1e308, steps: 9 })).code).toBe('OVERFLOW');
  });
});
