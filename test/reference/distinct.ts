/** Registers of HyperLogLog from 64-bit hashes: the first bits name one, which keeps 1 + the zeros that follow at most. */
export function registersOf(hashes: readonly bigint[], precision: number): Uint8Array {
  const registers = new Uint8Array(2 ** precision);
  for (const hash of hashes) {
    const bits = hash.toString(2).padStart(64, '0');
    const register = Number.parseInt(bits.slice(0, precision), 2);
    const zeros = /^0*/.exec(bits.slice(precision))![0].length;
    registers[register] = Math.max(registers[register]!, zeros + 1);
  }
  return registers;
}

/** The improved estimator as the sums of Ertl's section 2 state it (arXiv 1702.01284), with the functions of Math. */
export function estimateOf(registers: Uint8Array): number {
  const m = registers.length;
  const q = 64 - Math.log2(m);
  const shares = new Float64Array(q + 2);
  for (const register of registers) shares[register]! += 1 / m;
  const share = (rank: number): number => shares[rank]!;
  let sum = sigma(share(0)) + tau(1 - share(q + 1)) / 2 ** q;
  for (let rank = 1; rank <= q; rank++) sum += share(rank) / 2 ** rank;
  return m / (2 * Math.log(2) * sum);
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let sum = x;
  for (let k = 1; k < 60; k++) sum += x ** (2 ** k) * 2 ** (k - 1);
  return sum;
}

function tau(x: number): number {
  let sum = 1 - x;
  for (let k = 1; k < 60; k++) sum -= (1 - x ** (2 ** -k)) ** 2 * 2 ** -k;
  return sum / 3;
}

const BITS_64 = 2n ** 64n - 1n;

/** Blocks of a split-block filter from 64-bit hashes, as its kernel's file draws them, with integers of any size. */
export function bloomOf(hashes: readonly bigint[], blocks: number, sectors: number): Uint8Array {
  const bytes = new Uint8Array(64 * blocks);
  for (const hash of hashes) {
    const block = Number(((hash >> 32n) * BigInt(blocks)) >> 32n);
    const first = folded(hash * 0x9e3779b97f4a7c15n);
    const fields = first | (folded(first * 0xc2b2ae3d27d4eb4fn) << 64n);
    for (let sector = 0; sector < sectors; sector++) {
      const field = Number((fields >> BigInt(8 * sector)) & 255n);
      const row = Math.floor(field / 8) % (64 / sectors);
      bytes[64 * block + sectors * row + sector]! |= 1 << (field % 8);
    }
  }
  return bytes;
}

function folded(product: bigint): bigint {
  const bits = product & BITS_64;
  return bits ^ (bits >> 32n);
}

/**
 * The rate of wrong answers of a blocked filter with `keys` keys a block on average, numbers as Poisson's: the mean of
 * (1 - q^j)^s, whose binomial theorem leaves exponentials alone.
 */
export function rateOf(sectors: number, keys: number): number {
  const q = 1 - sectors / 512;
  let [rate, choose] = [0, 1];
  for (let i = 0; i <= sectors; i++) {
    rate += (-1) ** i * choose * Math.exp(-keys * (1 - q ** i));
    choose = (choose * (sectors - i)) / (i + 1);
  }
  return rate;
}
