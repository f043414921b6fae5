import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';

/** A sum of logarithms: `at` where each quantity is 1, and what the sum gains with the logarithm of each. */
export type Curve<Name extends string> = Readonly<Record<'at' | Name, number>>;

/** The logarithm of found over missed, which is taken to grow evenly with the logarithms of what a search is given. */
export function heightOf<Name extends string>(
  curve: Curve<Name>,
  quantities: Readonly<Record<Name, number>>,
): number {
  let height = curve.at;
  for (const name of Object.keys(quantities) as Name[]) height += curve[name] * ln(quantities[name]);
  return height;
}

/** The share found, of what heights stand for. */
export function shareAt(height: number): number {
  return 1 / (1 + exp(-height));
}

/** The least integer in least..most that reaches what every greater one reaches; undefined where none does. */
export function leastThat(
  least: number,
  most: number,
  reaches: (value: number) => boolean,
): number | undefined {
  if (most < least || !reaches(most)) return undefined;
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
