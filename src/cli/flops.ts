import { type Command, Option } from 'commander';
import { flops as formulas, type ParameterDtype } from '../cost/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { addModelOptions, DTYPES, describeModel, type ModelOptions, modelOf } from './model-options.ts';
import { parseCount } from './quantities.ts';
import { formatBytes, formatFigure, formatLarge, formatNumber, formatShare, renderTable } from './table.ts';

interface FlopsOptions extends ModelOptions {
  readonly tokens: number;
  readonly batch: number;
  readonly causal?: boolean;
  readonly dtype: ParameterDtype;
}

const PARTS = {
  embedding: 'embedding',
  projections: 'queries, keys, values',
  scores: 'queries x keys',
  weighted: 'weights x values',
  output: 'output of attention',
  feedForward: 'feed-forward',
  logits: 'logits',
} as const;

/** A transformer's work, part by part. */
export const flops: Subcommand<FlopsOptions> = {
  configure(command: Command): void {
    addModelOptions(command);
    command
      .option('--tokens <count>', 'of each sequence', parseCount, 1024)
      .option('--batch <count>', 'sequences', parseCount, 1)
      .option('--causal', 'count only the scores that a causal mask leaves')
      .addOption(
        new Option('--dtype <name>', 'of weights and cache, for the step of one token')
          .choices(DTYPES)
          .default('float16'),
      );
    addExamples(command, [
      ['flops --model bert-base --tokens 512', 'what BERT computes for one sequence'],
      ['flops --model llama-7b --tokens 4096 --causal', 'only scores that the mask leaves'],
      ['flops --layers 24 --width 1024 --heads 16 --vocabulary 32k --tokens 2k --batch 8', 'own sizes'],
      ['flops --model mistral-7b --tokens 8k --json', 'for a program'],
    ]);
  },
  run(options): Answer {
    const { tokens, batch, causal = false, dtype } = options;
    const model = modelOf(options);
    const pass = formulas.transformer({ ...model, tokens, batch, causal });
    const step = formulas.decodeStep({ ...model, tokens, batch, dtype });
    const crossover = formulas.crossover({ ...model, causal });
    const rows = Object.entries(PARTS).map(([part, name]) => {
      const value = pass.parts[part as keyof typeof PARTS];
      return [name, formatNumber(value), formatShare(value / pass.flops)];
    });
    const sequences = batch === 1 ? 'one sequence' : `${formatNumber(batch)} sequences`;
    const text = [
      `${describeModel(model)}; ${sequences} of ${formatNumber(tokens)} tokens, forward`,
      '',
      renderTable(['part', 'FLOPs', 'share'], [...rows, ['all', formatNumber(pass.flops), formatShare(1)]]),
      '',
      `Attention takes ${formatShare(pass.attentionShare)}; ${formatShare(pass.quadraticShare)} grows with the square of the tokens, which outweighs`,
      `the rest of a layer from ${formatNumber(crossover.quadratic)} tokens on. ${formatNumber(pass.parameters.total)} parameters.`,
      `One more token, the rest cached: ${formatLarge(step.flops, 'FLOP')}; reads ${formatBytes(step.weightBytes)} of weights and ${formatBytes(step.cacheBytes)} of cache`,
      `(${dtype}): ${formatFigure(step.intensity)} FLOP a byte.`,
    ];
    return {
      text: text.join('\n'),
      json: { model, tokens, batch, causal, dtype, ...pass, crossover, decodeStep: step },
    };
  },
};
