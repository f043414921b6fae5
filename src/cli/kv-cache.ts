import { type Command, Option } from 'commander';
import {
  flops,
  type KvCacheModel,
  memory,
  type ParameterDtype,
  type TransformerShape,
} from '../cost/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { addModelOptions, DTYPES, describeModel, type ModelOptions, modelOf } from './model-options.ts';
import { parseBytes, parseBytesFrom0, parseCount } from './quantities.ts';
import { formatBytes, formatNumber, renderTable } from './table.ts';

interface KvCacheOptions extends ModelOptions {
  readonly tokens: number;
  readonly batch: number;
  readonly dtype: ParameterDtype;
  readonly memory?: number;
  readonly reserved: number;
}

/** Memory of a transformer's keys and values. */
export const kvCache: Subcommand<KvCacheOptions> = {
  configure(command: Command): void {
    addModelOptions(command);
    command
      .option('--tokens <count>', 'of each sequence', parseCount, 4096)
      .option('--batch <count>', 'sequences', parseCount, 1)
      .addOption(new Option('--dtype <name>', 'of keys and values').choices(DTYPES).default('float16'))
      .option('--memory <bytes>', 'what the device has', parseBytes)
      .addOption(
        new Option('--reserved <bytes>', 'of it for weights and what else is there')
          .argParser(parseBytesFrom0)
          .default(0),
      );
    addExamples(command, [
      ['kv-cache --model llama-7b --tokens 4096', 'one long sequence'],
      ['kv-cache --model llama-2-70b --tokens 8k --batch 16 --dtype int8', 'grouped queries, 8 bits'],
      ['kv-cache --model mistral-7b --tokens 8k --batch 16 --memory 24GB --reserved 14.5GB', 'what fits'],
    ]);
  },
  run(options): Answer {
    const { tokens, batch, dtype, memory: budget, reserved } = options;
    const model = modelOf(options);
    const asked = { ...(model as KvCacheModel), tokens, batch, dtype };
    const cache = memory.kvCache(asked);
    const capacity =
      budget === undefined ? undefined : memory.kvCacheCapacity({ ...asked, budget, reserved });
    const { heads, kvHeads = heads } = {
      ...('model' in model && flops.models[model.model]),
      ...model,
    } as TransformerShape;
    const rows = [...new Set([heads, kvHeads, 1])].map((shared) => {
      const { attention, bytesPerToken, bytes } = memory.kvCache({ ...asked, heads, kvHeads: shared });
      const isIt = shared === kvHeads ? ' *' : '';
      return [`${attention}${isIt}`, shared, formatBytes(bytesPerToken), formatBytes(bytes)];
    });
    const lines = [
      `${describeModel(model)}; ${formatNumber(batch)} x ${formatNumber(tokens)} tokens of ${dtype}`,
      '',
      renderTable(['attention', 'heads of keys', 'a token', 'all'], rows),
      '',
      '* as this model has it',
    ];
    const isNo = capacity !== undefined && cache.bytes > capacity.bytes;
    if (capacity) {
      lines.push(
        '',
        `${isNo ? 'Does not fit' : 'Fits'} in ${formatBytes(capacity.bytes)}: up to ${formatNumber(capacity.tokens)} tokens of ${formatNumber(batch)} sequences, or ${formatNumber(capacity.batch)} sequences of ${formatNumber(tokens)}.`,
      );
    }
    return {
      text: lines.join('\n'),
      json: { model, tokens, batch, dtype, ...cache, ...(capacity && { fits: !isNo, capacity }) },
      ...(isNo && { isNo }),
    };
  },
};
