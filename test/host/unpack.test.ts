import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchKernels, sparseKernels } from '#kernels';

const { LZMA } = createRequire(import.meta.url)('lzma/src/lzma_worker.js') as {
  LZMA: { compress(bytes: readonly number[], level: number): number[] };
};
/** An .lzma file begins with its properties, the size of the dictionary and that of the content. */
const HEADER = 13;

const unpacker = new WebAssembly.Module(readFileSync('dist/unpack.wasm'));

/** The first `size` bytes of what was packed, as assembly/unpack.ts gives them. */
function unpack(stream: Uint8Array, size: number): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 8 });
  const { exports } = new WebAssembly.Instance(unpacker, { env: { memory } });
  const bytes = new Uint8Array(memory.buffer);
  const packed = 32_768;
  const out = packed + stream.length;
  bytes.set(stream, packed);
  (exports as { unpack(...numbers: number[]): void }).unpack(packed, 1024, out, size);
  return bytes.slice(out, out + size);
}

function pack(bytes: Uint8Array, level = 9): Uint8Array {
  return Uint8Array.from(LZMA.compress([...bytes], level)).subarray(HEADER);
}

test.each([
  ['search', 'simd', searchKernels],
  ['search', 'relaxed', searchKernels],
  ['sparse', 'simd', sparseKernels],
] as const)('the packed kernels of %s, %s, are the bytes of their .wasm file', (family, tier, sources) => {
  expect(sources[tier]!()).toEqual(Uint8Array.from(readFileSync(`dist/families/${family}-${tier}.wasm`)));
});

/** Bytes with what each kind of match needs: runs, repeats at one distance and at several, noise between them. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 400 }))
        .map(([piece, times]) => Uint8Array.from({ length: times }, (_, i) => piece[i % piece.length]!)),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Uint8Array.from([...pieces, ...pieces.toReversed()].flatMap((piece) => [...piece])));

test('whatever was packed is unpacked as it was, whole or its first bytes alone', () => {
  fc.assert(
    fc.property(compressible, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, share) => {
      const packed = pack(bytes);
      const part = Math.floor(share * bytes.length);
      expect(unpack(packed, bytes.length)).toEqual(bytes);
      expect(unpack(packed, part)).toEqual(bytes.slice(0, part));
    }),
    { seed: 4, numRuns: 150 },
  );
});

test('matches at distances beyond 64 KiB are found again', () => {
  const noise = Uint8Array.from({ length: 70_000 }, (_, i) => Math.imul(i + 1, 2_654_435_761) >>> 23);
  const bytes = Uint8Array.from([...noise, ...noise.subarray(0, 5000)]);
  expect(unpack(pack(bytes, 3), bytes.length)).toEqual(bytes);
});
