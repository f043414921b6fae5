import { addDistinct, countRanks, uniteDistinct } from '../hyperloglog';
import { guarded, isGuarded } from './fixtures';

function add(registers: usize, precision: u32, hash: u64): void {
  const hashes = guarded(8, 0);
  store<u64>(hashes, hash);
  addDistinct(registers, precision, hashes, 1);
}

describe('HyperLogLog', () => {
  it('takes the register from the first bits and the rank from the zeros behind them', () => {
    for (let precision: u32 = 4; precision <= 18; precision++) {
      const size: usize = 1 << precision;
      const registers = guarded(size, 0);
      const last = <u8>(65 - precision);
      add(registers, precision, 0);
      expect<u8>(load<u8>(registers)).toBe(last, 'no bit set');
      add(registers, precision, u64.MAX_VALUE);
      expect<u8>(load<u8>(registers + size - 1)).toBe(1, 'all bits set');
      for (let zeros: u32 = 0; zeros < 64 - precision; zeros++) {
        const hash = ((<u64>5) << (64 - precision)) | ((<u64>1) << (63 - precision - zeros));
        add(registers, precision, hash);
        expect<u8>(load<u8>(registers + 5)).toBe(<u8>(zeros + 1));
      }
      // What is less does not count.
      add(registers, precision, (<u64>5) << (64 - precision));
      add(registers, precision, (<u64>11) << (63 - precision));
      expect<u8>(load<u8>(registers + 5)).toBe(last);
      expect<bool>(isGuarded(registers, size)).toBe(true);
    }
  });

  it('unites by the larger register, as numbers without a sign', () => {
    const registers = guarded(32, 0);
    const others = guarded(32, 0);
    for (let i: usize = 0; i < 32; i++) {
      store<u8>(registers + i, <u8>i * 8);
      store<u8>(others + i, <u8>(255 - i * 8));
    }
    uniteDistinct(registers, others, 32);
    for (let i: usize = 0; i < 32; i++) expect<u8>(load<u8>(registers + i)).toBe(<u8>max(i * 8, 255 - i * 8));
    expect<bool>(isGuarded(registers, 32)).toBe(true);
  });

  it('counts ranks and tells the largest, without leaving its 64 counts', () => {
    const registers = guarded(16, 3);
    const counts = guarded(256, 0xff);
    store<u8>(registers, 63);
    expect<u32>(countRanks(registers, 16, counts)).toBe(63);
    expect<u32>(load<u32>(counts, 4 * 3)).toBe(15);
    expect<u32>(load<u32>(counts, 4 * 63)).toBe(1);
    expect<u32>(load<u32>(counts)).toBe(0);
    store<u8>(registers, 255);
    expect<u32>(countRanks(registers, 16, counts)).toBe(255);
    expect<bool>(isGuarded(counts, 256)).toBe(true);
  });
});
