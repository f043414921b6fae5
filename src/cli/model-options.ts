import type { Command } from 'commander';
import {
  flops,
  type ParameterDtype,
  type TransformerModel,
  type TransformerName,
  type TransformerShape,
} from '../cost/index.ts';
import { parseCount, parseIndex } from './quantities.ts';
import { formatNumber } from './table.ts';
import { UsageError } from './usage-error.ts';

/** A transformer as it is given: by name, by its sizes, or by name with sizes that differ. */
export interface ModelOptions extends Partial<TransformerShape> {
  readonly model?: string;
}

/** What weights, keys and values are kept as. */
export const DTYPES: readonly ParameterDtype[] = ['float32', 'float16', 'bfloat16', 'float8', 'int8', 'int4'];

/** Declares what names a transformer. */
export function addModelOptions(command: Command): void {
  command
    .optionsGroup('The model:')
    .option('--model <name>', `one of ${namesOf().join(', ')}`)
    .option('--layers <count>', 'layers', parseCount)
    .option('--width <count>', "numbers of a token's vector", parseCount)
    .option('--heads <count>', 'heads of queries', parseCount)
    .option('--kv-heads <count>', 'heads of keys and values (default: as many as heads)', parseCount)
    .option('--head-dimension <count>', 'numbers of a head (default: width / heads)', parseCount)
    .option(
      '--feed-forward <count>',
      'hidden width of the feed-forward part (default: 4 x width)',
      parseCount,
    )
    .option('--gated', 'the feed-forward part has three matrices, as with SwiGLU')
    .option('--vocabulary <count>', 'tokens that it knows; 0 leaves logits out (default: 0)', parseIndex)
    .optionsGroup('Options:');
}

/** Names as they are typed: lower case, with dashes. */
function namesOf(): string[] {
  return Object.keys(flops.models).map(slug);
}

function slug(name: string): string {
  return name.toLowerCase().replace(/ /g, '-');
}

/** @throws UsageError for an unknown name, or sizes that do not make a model */
export function modelOf(options: ModelOptions): TransformerModel {
  const { layers, width, heads, vocabulary, kvHeads, headDimension, feedForward, gated } = options;
  const sizes = withoutUndefined({
    ...{ layers, width, heads, vocabulary, kvHeads, headDimension, feedForward, gated },
  });
  if (options.model !== undefined) return { ...sizes, model: nameOf(options.model) };
  const missing = (['layers', 'width', 'heads'] as const).filter((name) => options[name] === undefined);
  if (missing.length === 0) return { ...sizes, vocabulary: vocabulary ?? 0 } as TransformerShape;
  throw new UsageError(
    `say which model: --model with one of ${namesOf().join(', ')}; or --layers, --width and --heads (missing: ${missing.join(', ')})`,
  );
}

function nameOf(given: string): TransformerName {
  const wanted = given.toLowerCase().replace(/[^a-z0-9.]/g, '');
  const name = Object.keys(flops.models).find((known) => slug(known).replace(/-/g, '') === wanted);
  if (name !== undefined) return name as TransformerName;
  throw new UsageError(`no model '${given}' is known: --model takes one of ${namesOf().join(', ')}`);
}

/** Options that were not given are left out, for those who tell them from undefined. */
export function withoutUndefined<Options extends object>(
  options: Options,
): { [Name in keyof Options]: Exclude<Options[Name], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Options]: Exclude<Options[Name], undefined> };
}

/** A model in a line. */
export function describeModel(model: TransformerModel): string {
  const {
    layers,
    width,
    heads,
    kvHeads = heads,
  } = {
    ...('model' in model && flops.models[model.model]),
    ...model,
  } as TransformerShape;
  const name = 'model' in model ? `${model.model}: ` : '';
  const groups = kvHeads === heads ? '' : ` (${kvHeads} of keys and values)`;
  return `${name}${layers} layers, width ${formatNumber(width)}, ${heads} heads${groups}`;
}
