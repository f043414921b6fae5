import { describe, expect, test } from 'vitest';
import { layoutSegment, type SegmentLayout } from '../../src/vectors/segment.ts';

const DIMENSIONS = [1, 3, 4, 5, 8, 9, 17, 100, 768, 1536, 30_000, 65_536];

/** Every array of a segment as [start, bytes], by the drawing in assembly/segment.ts. */
function arraysOf(layout: SegmentLayout, dimensions: number): [number, number][] {
  const rows = layout.rowsPerSegment;
  const fours = Math.ceil(dimensions / 4);
  const eights = Math.ceil(dimensions / 8);
  const planes = [layout.codes!, layout.nibbles!];
  return [
    [0, 48], // the descriptor: twelve words
    [layout.rows, 16 * fours * rows],
    [layout.norms, 4 * rows],
    [layout.ids, 4 * rows],
    ...planes.flatMap((plane, i): [number, number][] => [
      [plane.blocks, 4 * [fours, eights][i]! * rows],
      [plane.scales, 4 * rows],
      [plane.errors, 4 * rows],
      [plane.corrections, 4 * rows],
    ]),
  ];
}

describe.each(DIMENSIONS)('a segment of %i dimensions', (dimensions) => {
  const layout = layoutSegment({ dimensions, planes: ['codes', 'nibbles'] });

  test('holds a power of two of rows, whole blocks of sixteen', () => {
    expect(layout.rowsPerSegment & (layout.rowsPerSegment - 1)).toBe(0);
    expect(layout.rowsPerSegment % 16).toBe(0);
  });

  test('pads rows to 16 bytes', () => {
    expect(layout.stride).toBe(16 * Math.ceil(dimensions / 4));
    expect(layout.stride).toBe(16 * layout.lanes);
  });

  test('holds arrays that do not overlap, on 16-byte boundaries', () => {
    const arrays = arraysOf(layout, dimensions).sort((a, b) => a[0] - b[0]);
    for (let i = 0; i < arrays.length; i++) {
      const [start, bytes] = arrays[i]!;
      expect(start % 16).toBe(0);
      expect(start + bytes).toBeLessThanOrEqual(arrays[i + 1]?.[0] ?? layout.bytes);
    }
  });

  test('stays far from a GiB', () => {
    expect(layout.bytes).toBeLessThan(2 ** 24);
  });
});
