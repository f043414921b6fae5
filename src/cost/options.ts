import { LanewiseError } from '../host/errors.ts';

/** @throws LanewiseError `INVALID_ARGUMENT` unless `options` is an object */
export function given<Options extends object>(options: Options): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `Options must be an object that names its values; got ${String(options)}.`,
    {
      expected: 'object',
      got: options,
    },
  );
}

/** Values by their names, none where nothing is given. @throws LanewiseError `INVALID_ARGUMENT` unless it is an object */
export function entriesOf<Value>(
  what: string,
  values: Readonly<Record<string, Value>> | undefined,
): [string, Value][] {
  if (typeof (values ?? {}) === 'object') return Object.entries(values ?? {});
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${what} must be an object that names each part, such as { network: 10 }; got ${String(values)}.`,
    { expected: 'object', got: values },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `name` is a key of `known`; the message lists the keys */
export function checkChoice<Name extends string>(
  what: string,
  name: unknown,
  known: Readonly<Record<Name, unknown>>,
): Name {
  if (typeof name === 'string' && Object.hasOwn(known, name)) return name as Name;
  const names = Object.keys(known);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no ${what} '${String(name)}'. Take one of: ${names.join(', ')}.`,
    { expected: names, got: name },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is true or false */
export function checkFlag(name: string, flag: unknown): boolean {
  if (typeof flag === 'boolean') return flag;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be true or false; got ${String(flag)}.`, {
    got: flag,
  });
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `parts` divides `whole` */
export function checkDivides(parts: string, divisor: number, whole: string, dividend: number): number {
  const quotient = dividend / divisor;
  if (Number.isInteger(quotient)) return quotient;
  throw new LanewiseError('INVALID_ARGUMENT', `${parts} must divide ${whole}, ${dividend}; got ${divisor}.`, {
    expected: `a divisor of ${dividend}`,
    got: divisor,
  });
}
