import { describe, expect, test } from 'vitest';
import { readWasm } from './wasm-module.ts';

const RELAXED_DOT = 'i32x4.relaxed_dot_i8x16_i7x16_add_s';
const WIDENED_DOT = 'i32x4.dot_i16x8_s';

const modules = { simd: readWasm('dist/kernels/simd.wasm'), relaxed: readWasm('dist/kernels/relaxed.wasm') };

/** The vector instructions without which a kernel would not be what it says, in any tier. */
const VECTOR_WORK: Readonly<Record<string, readonly string[]>> = {
  scanRows: ['v128.load', 'f32x4.mul', 'f32x4.add', 'f32x4.div'],
  rescore: ['v128.load', 'f32x4.mul', 'f32x4.add', 'f32x4.div'],
  scanCodes: ['v128.load', 'f32x4.convert_i32x4_s', 'f32x4.pmax', 'v128.any_true'],
  scanNibbles: ['v128.load', 'f32x4.convert_i32x4_s', 'f32x4.pmax', 'v128.any_true'],
  scanTile: ['v128.load', 'f32x4.convert_i32x4_s', 'f32x4.pmax', 'v128.any_true'],
  encodeRows: ['v128.load', 'v128.store', 'f32x4.div', 'f32x4.mul', 'i32x4.add'],
  measureRows: ['v128.load', 'f64x2.promote_low_f32x4', 'f64x2.mul'],
  prepareQuery: ['v128.load', 'f64x2.promote_low_f32x4', 'f64x2.mul'],
  stream: ['v128.load', 'i32x4.add'],
  multiplyFloats: ['f32x4.mul', 'f32x4.add'],
  multiplyCodes: ['i8x16.add'],
};
/** Kernels that multiply codes in both tiers. */
const CODE_KERNELS = [
  ...['scanCodes', 'scanTile', 'multiplyCodes'],
  ...['assignRows', 'probeCells', 'probeTiles', 'rankCells', 'rankTile'],
  ...['hashQueries', 'hashRows'],
  ...['attach', 'linkBack', 'linkForward', 'linkNode', 'repairNode', 'scanCell', 'searchGraph'],
];

/**
 * Instructions whose result differs between processors, or may: fused sums, NaN, lanes out of range. Not of these: dot
 * products with their second operand in 0..127, and swizzles with places in 0..15, as sketches have.
 */
const FREE_TO_DIFFER = /relaxed_(?!dot_i8x16_i7x16_add_s|swizzle)|laneselect|qfma|qfms/;

describe.each(['simd', 'relaxed'] as const)('the %s kernels', (tier) => {
  const module = modules[tier];

  test('import the memory and nothing else', () => {
    expect(module.imports).toEqual(['env.memory memory']);
  });

  test('do nothing when they are instantiated: no start function, no data, no table, no global', () => {
    expect([...module.entries].sort()).toEqual(['export', 'func', 'import', 'type']);
  });

  test('never grow the memory, which the host owns', () => {
    expect(module.instructions).not.toContain('memory.grow');
  });

  test.each(Object.entries(VECTOR_WORK))('%s works on vectors', (kernel, instructions) => {
    const reached = module.reachedFrom(kernel);
    for (const instruction of instructions) expect(reached).toContain(instruction);
  });

  test('use no instruction that may answer differently on another processor', () => {
    expect([...module.instructions].filter((instruction) => FREE_TO_DIFFER.test(instruction))).toEqual([]);
  });
});

test('both tiers export the same kernels', () => {
  expect(modules.relaxed.exports).toEqual(modules.simd.exports);
  expect(modules.simd.exports).toEqual(expect.arrayContaining(Object.keys(VECTOR_WORK)));
});

describe('relaxed dot products', () => {
  test('multiply codes and nibbles in the relaxed tier, and do nothing else there', () => {
    const users = modules.relaxed.exports.filter((kernel) =>
      modules.relaxed.reachedFrom(kernel).has(RELAXED_DOT),
    );
    expect(users).toEqual([...CODE_KERNELS, 'scanNibbles'].sort());
    for (const kernel of CODE_KERNELS) expect(modules.relaxed.reachedFrom(kernel)).not.toContain(WIDENED_DOT);
  });

  test('are widened 16-bit ones in the simd tier', () => {
    expect(modules.simd.instructions).not.toContain(RELAXED_DOT);
    for (const kernel of CODE_KERNELS) expect(modules.simd.reachedFrom(kernel)).toContain(WIDENED_DOT);
  });
});
