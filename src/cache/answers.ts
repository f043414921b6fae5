type TypedArray = Int32Array | Float32Array;

/** What an index answers to some queries: arrays of as many numbers for each, row-major, and what is said of them all. */
export type Answer = Readonly<Record<string, unknown>>;

/** The answer of each of `count` queries, in arrays of their own; undefined where an answer holds anything else. */
export function splitAnswer(answer: unknown, count: number): Answer[] | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const fields = Object.entries(answer);
  if (!fields.some(([, value]) => isArray(value))) return undefined;
  if (!fields.every(([, value]) => isScalar(value) || (isArray(value) && value.length % count === 0))) {
    return undefined;
  }
  const answers: Answer[] = [];
  for (let i = 0; i < count; i++) {
    const one: Record<string, unknown> = {};
    for (const [name, value] of fields) {
      if (!isArray(value)) one[name] = value;
      else {
        const each = value.length / count;
        one[name] = value.slice(i * each, (i + 1) * each);
      }
    }
    answers.push(one);
  }
  return answers;
}

/** One answer of several, in arrays of its own: what is done to it reaches none of them. */
export function joinAnswers(answers: readonly Answer[]): Answer {
  const joined: Record<string, unknown> = {};
  const [first] = answers;
  for (const name in first) {
    const value = first[name];
    if (!isArray(value)) joined[name] = value;
    else if (answers.length === 1) joined[name] = value.slice();
    else {
      const all =
        value instanceof Int32Array
          ? new Int32Array(value.length * answers.length)
          : new Float32Array(value.length * answers.length);
      for (const [i, answer] of answers.entries()) all.set(answer[name] as TypedArray, i * value.length);
      joined[name] = all;
    }
  }
  return joined;
}

/** Bytes of the arrays of an answer. */
export function bytesOfAnswer(answer: Answer): number {
  let bytes = 0;
  for (const name in answer) {
    const value = answer[name];
    if (isArray(value)) bytes += value.byteLength;
  }
  return bytes;
}

function isArray(value: unknown): value is TypedArray {
  return value instanceof Int32Array || value instanceof Float32Array;
}

function isScalar(value: unknown): boolean {
  return value === undefined || ['number', 'boolean', 'string'].includes(typeof value);
}
