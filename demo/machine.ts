import { capabilities, measureRoof, type Roof } from 'lanewise';
import { formatNumber } from './table.ts';

/** Measures what one thread of this machine can do at most, and says it. */
export function printMachine(): Roof {
  const roof = measureRoof();
  console.log(
    `Machine   ${capabilities().tier} tier; one thread streams ${formatNumber(roof.streaming, 1)} GB/s, ` +
      `float32 ${formatNumber(roof.float32, 1)} GFLOP/s, int8 ${formatNumber(roof.int8, 1)} GMAC/s`,
  );
  return roof;
}
