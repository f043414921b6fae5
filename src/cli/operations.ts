import { InvalidArgumentError } from 'commander';
import { type NumberFormat, type OperationTraffic, roofline } from '../cost/index.ts';
import { parseCount, parseRate } from './quantities.ts';

/** An operation to be placed under a roof. */
export interface Operation {
  readonly name: string;
  traffic(dtype: NumberFormat | undefined): Pick<OperationTraffic, 'flops' | 'bytes'>;
}

interface Kind {
  /** Its sizes, in order. */
  readonly sizes: readonly string[];
  traffic(sizes: readonly number[], numbers: { readonly dtype?: NumberFormat }): OperationTraffic;
}

const KINDS: Readonly<Record<string, Kind>> = {
  matmul: {
    sizes: ['m', 'k', 'n'],
    traffic: ([m, k, n], numbers) => roofline.matmul({ m: m!, k: k!, n: n!, ...numbers }),
  },
  matvec: {
    sizes: ['rows', 'columns'],
    traffic: ([rows, columns], numbers) => roofline.matvec({ rows: rows!, columns: columns!, ...numbers }),
  },
  dot: {
    sizes: ['dimensions'],
    traffic: ([dimensions], numbers) => roofline.dot({ dimensions: dimensions!, ...numbers }),
  },
  relu: {
    sizes: ['elements'],
    traffic: ([elements], numbers) => roofline.elementwise({ elements: elements!, ...numbers }),
  },
  softmax: {
    sizes: ['rows', 'columns'],
    traffic: ([rows, columns], numbers) => roofline.softmax({ rows: rows!, columns: columns!, ...numbers }),
  },
  attention: {
    sizes: ['heads', 'tokens', 'headDimensions'],
    traffic: ([heads, tokens, headDimensions], numbers) =>
      roofline.attention({
        ...{ heads: heads!, tokens: tokens!, headDimensions: headDimensions! },
        ...numbers,
      }),
  },
};

/** How operations are written, for the help. */
export const SPELLINGS: string = Object.entries(KINDS)
  .map(([name, { sizes }]) => `${name}:${sizes.join('x')}`)
  .join(', ');

/** What is placed where nothing is asked for. */
export const USUAL_OPERATIONS: readonly string[] = [
  'matmul:4096x4096x4096',
  'matvec:4096x4096',
  'attention:32x2048x128',
  'softmax:32x2048',
  'relu:4M',
];

/** Adds one to those given: `matmul:4096x4096x4096`, or `name=flops/bytes`. @throws InvalidArgumentError */
export function appendOperation(text: string, others: readonly Operation[] = []): readonly Operation[] {
  return [...others, parseOperation(text)];
}

function parseOperation(text: string): Operation {
  const own = /^([^=]+)=([^/=]+)\/([^/=]+)$/.exec(text);
  if (own) {
    const work = { flops: parseRate(own[2]!), bytes: parseRate(own[3]!) };
    return { name: own[1]!, traffic: () => work };
  }
  const [name = '', sizes = ''] = text.split(':');
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  const written = sizes.split('x');
  if (!kind || written.length !== kind.sizes.length)
    throw new InvalidArgumentError(`It must be one of ${SPELLINGS}; or name=flops/bytes.`);
  const numbers = written.map(parseCount);
  return {
    name: text,
    traffic: (dtype) => kind.traffic(numbers, dtype === undefined ? {} : { dtype }),
  };
}
