import fc from 'fast-check';

/** The file cut anywhere. */
export function truncations(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.nat(file.length).map((length) => file.slice(0, length));
}

/** The file with up to four bytes changed. */
export function flips(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const flip = fc.record({ position: fc.nat(file.length - 1), mask: fc.integer({ min: 1, max: 255 }) });
  return fc.array(flip, { minLength: 1, maxLength: 4 }).map((changes) => {
    const copy = file.slice();
    for (const { position, mask } of changes) copy[position] ^= mask;
    return copy;
  });
}
