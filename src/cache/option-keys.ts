/**
 * Options as text, so that options of the same text ask for the same. What can change is told apart by which object it
 * is, and by its `version`: a `Bitmap` that was changed is another filter, and so is another of the same ids.
 */
export class OptionKeys {
  readonly #numbers = new WeakMap<object, number>();
  #objects = 0;

  /** The text of options, or undefined where they hold what no text stands for. */
  keyOf(options: unknown): string | undefined {
    if (options === undefined) return '';
    if (!isPlain(options)) return undefined;
    let key = '';
    for (const name of Object.getOwnPropertyNames(options).sort()) {
      const value = options[name];
      if (value === undefined) continue;
      const text = this.#textOf(value);
      if (text === undefined) return undefined;
      key += `${JSON.stringify(name)}${text},`;
    }
    return key;
  }

  #textOf(value: unknown): string | undefined {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return undefined;
    const { version } = value as { readonly version?: unknown };
    return typeof version === 'number' ? `${this.#numberOf(value)}:${version}` : undefined;
  }

  #numberOf(object: object): number {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = this.#objects++;
      this.#numbers.set(object, number);
    }
    return number;
  }
}

/** Whether own properties are all that an object has: inherited ones would be read by an index, and be in no key. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
