/** A number as it stands in a message: three digits that tell, thousands apart. */
export function numberText(value: number): string {
  if (value === 0 || (value >= 1e-6 && value < 1e3)) return String(Number(value.toPrecision(3)));
  if (value < 1e-6 || value >= 1e15) return value.toExponential(2);
  return String(Math.round(Number(value.toPrecision(3)))).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Bytes in the largest unit of 1000 that fits: '4.29 GB'. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let at = 0;
  let value = bytes;
  for (; value >= 1000 && at < units.length - 1; at++) value /= 1000;
  return `${numberText(value)} ${units[at]}`;
}
