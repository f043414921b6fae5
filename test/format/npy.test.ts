import { expect, test } from 'vitest';
import { readNpy } from '../../src/format/index.ts';
import { concatenate, misaligned, npyFile } from './bytes.ts';

/** The bytes that NumPy 1.24 writes: prefix, dict, spaces to a multiple of 64 with the newline, elements. */
function saved(prefix: string, dict: string, elements: string): Uint8Array<ArrayBuffer> {
  const head = Buffer.from(prefix.replaceAll(' ', ''), 'hex');
  const padded = `${dict.padEnd(128 - head.length - 1)}\n`;
  return concatenate(head, Buffer.from(padded), Buffer.from(elements.replaceAll(' ', ''), 'hex'));
}

test('readNpy reads float32 in format 1.0', () => {
  // np.arange(6, dtype='<f4').reshape(2, 3) - 1.5
  const file = saved(
    '93 4e 55 4d 50 59 01 00 76 00',
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    '0000c0bf 000000bf 0000003f 0000c03f 00002040 00006040',
  );

  const data = Float32Array.of(-1.5, -0.5, 0.5, 1.5, 2.5, 3.5);
  expect(readNpy(file)).toEqual({ dtype: 'f4', shape: [2, 3], data });
});

test('readNpy widens float16 in format 2.0', () => {
  // np.array([1, -2], dtype='<f2')
  const file = saved(
    '93 4e 55 4d 50 59 02 00 74 00 00 00',
    "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }",
    '003c 00c0',
  );

  expect(readNpy(file)).toEqual({ dtype: 'f2', shape: [2], data: Float32Array.of(1, -2) });
});

test('readNpy reads int8 in format 3.0', () => {
  // np.array([[-1], [127]], dtype='i1')
  const file = saved(
    '93 4e 55 4d 50 59 03 00 74 00 00 00',
    "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 1), }",
    'ff 7f',
  );

  expect(readNpy(file)).toEqual({ dtype: 'i1', shape: [2, 1], data: Int8Array.of(-1, 127) });
});

test('readNpy reads a scalar as one element of no extents', () => {
  // np.array(7, dtype='u1')
  const file = saved(
    '93 4e 55 4d 50 59 01 00 76 00',
    "{'descr': '|u1', 'fortran_order': False, 'shape': (), }",
    '07',
  );

  expect(readNpy(file)).toEqual({ dtype: 'u1', shape: [], data: Uint8Array.of(7) });
});

test.each([
  ['keys in another order', "{'shape': (1, 1), 'descr': '<f4', 'fortran_order': False}"],
  ['double quotes and no spaces', '{"descr":"<f4","fortran_order":False,"shape":(1,1)}'],
  ['long integers of Python 2', "{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 1L), }"],
])('readNpy accepts %s', (_, header) => {
  const { shape, data } = readNpy(npyFile(header, [0, 0, 0x80, 0x3f]));

  expect(shape).toEqual([1, 1]);
  expect([...data]).toEqual([1]);
});

test.each(['|u1', '<u1', '>u1', '=u1', 'u1'])('readNpy reads single bytes spelled %s', (descr) => {
  const file = npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }`, [1, 255]);

  expect(readNpy(file)).toEqual({ dtype: 'u1', shape: [2], data: Uint8Array.of(1, 255) });
});

test('readNpy reads an array without elements', () => {
  const file = npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 96), }");

  expect(readNpy(file)).toEqual({ dtype: 'f4', shape: [0, 96], data: new Float32Array(0) });
});

test('readNpy gives a view where the elements are aligned and a copy where they are not', () => {
  const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  const aligned = saved('93 4e 55 4d 50 59 01 00 76 00', dict, '0000803f');
  const shifted = misaligned(aligned);

  expect(readNpy(aligned).data.buffer).toBe(aligned.buffer);
  expect(readNpy(shifted).data.buffer).not.toBe(shifted.buffer);
  expect([...readNpy(shifted).data]).toEqual([1]);
});
