import { CsrMatrix } from 'lanewise';
import { expect, test } from 'vitest';
import { Likeness } from '../../demo/likeness.ts';

/** Rows depend on columns: 0 on 2 and 3; 1 on 2 and 3; 2 on 3; 3 on nothing; 4 on 2 and 5; 5 on nothing. */
const LINKS = { rowIndex: [0, 0, 1, 1, 2, 4, 4], columnIndex: [2, 3, 2, 3, 3, 2, 5] };
/** ln(6 / dependents): 3 depend on 2, 3 on 3, and 1 on 5. */
const COMMON = Math.log(6 / 3);
const RARE = Math.log(6 / 1);

test('packages are alike by the cosine of their dependencies, of which rare ones weigh more', async () => {
  using matrix = await CsrMatrix.fromCoo({ rows: 6, columns: 6, ...LINKS });
  const likeness = await Likeness.of(matrix);

  const [likeFirst, likeLast] = likeness.nearest([0, 4], 10);

  expect(likeFirst.map(({ row }) => row)).toEqual([1, 2, 4]);
  expect(likeFirst[0].similarity).toBeCloseTo(1, 6);
  expect(likeFirst[1].similarity).toBeCloseTo(Math.SQRT1_2, 6);
  expect(likeFirst[2].similarity).toBeCloseTo(Math.SQRT1_2 * (COMMON / Math.hypot(COMMON, RARE)), 6);
  expect(likeFirst.map(({ shared }) => shared)).toEqual([[2, 3], [3], [2]]);
  expect(likeLast.map(({ row }) => row)).toEqual([0, 1]);
  likeness.dispose();
});

test('the nearest are as many as asked for, equal ones in the order of their rows', async () => {
  using matrix = await CsrMatrix.fromCoo({ rows: 6, columns: 6, ...LINKS });
  const likeness = await Likeness.of(matrix);

  const [like] = likeness.nearest([2], 1);

  expect(like.map(({ row }) => row)).toEqual([0]);
  likeness.dispose();
});

test('a package without dependencies is like none', async () => {
  using matrix = await CsrMatrix.fromCoo({ rows: 6, columns: 6, ...LINKS });
  const likeness = await Likeness.of(matrix);

  expect(likeness.nearest([3], 10)).toEqual([[]]);
  likeness.dispose();
});
