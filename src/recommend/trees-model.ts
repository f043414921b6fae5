import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import {
  arrayOf,
  corrupt,
  countOf,
  type Fields,
  fieldsOf,
  learnerOf,
  parseModel,
  stringOf,
  type TreesInput,
} from './trees-json.ts';
import { linkOf, objectives } from './trees-objectives.ts';
import { readTree, type Tree } from './trees-tree.ts';

const MOST_FEATURES = 2 ** 20;
const MOST_OUTPUTS = 2 ** 16;
const MOST_TREES = 2 ** 24;
/** No digit can be taken in two ways, so that a long text is refused as fast as it is read. */
const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i;

/** A model that was checked. */
export interface TreesModel {
  readonly objective: string;
  readonly featureCount: number;
  readonly featureNames: readonly string[] | undefined;
  /** Margins a row. */
  readonly outputs: number;
  /** What sums begin with, an output. */
  readonly baseMargins: Float32Array;
  readonly trees: readonly Tree[];
  /** The output that each tree adds to. */
  readonly groups: Int32Array;
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_CORRUPT`, `UNSUPPORTED`, `INVALID_ARGUMENT` */
export function readModel(input: TreesInput, iterations: number | undefined): TreesModel {
  const learner = learnerOf(parseModel(input));
  const booster = fieldsOf(learner, 'gradient_booster', 'Model');
  const kind = stringOf(booster, 'name', 'Booster');
  if (kind !== 'gbtree') throw unsupported(`The booster ${kind.slice(0, 40)}`, 'gbtree');
  const objective = stringOf(fieldsOf(learner, 'objective', 'Model'), 'name', 'Objective');
  const parameters = fieldsOf(learner, 'learner_model_param', 'Model');
  const classes = countOf(parameters, 'num_class', 'Model', [0, MOST_OUTPUTS], 0);
  const targets = countOf(parameters, 'num_target', 'Model', [0, MOST_OUTPUTS], 1);
  const featureCount = countOf(parameters, 'num_feature', 'Model', [1, MOST_FEATURES]);
  const outputs = Math.max(classes, targets, 1);
  const baseMargins = readBaseMargins(parameters['base_score'], objective, outputs);

  const model = fieldsOf(booster, 'model', 'Booster');
  const listed = arrayOf(model, 'trees', 'Booster');
  const sizes = fieldsOf(model, 'gbtree_model_param', 'Booster');
  const count = countOf(sizes, 'num_trees', 'Booster', [0, MOST_TREES], listed.length);
  if (count !== listed.length) corrupt('Booster, trees', `${count} trees`, listed.length);
  const info = arrayOf(model, 'tree_info', 'Booster', count);
  const kept = keptTrees(model, sizes, count, outputs, iterations);
  const groups = Int32Array.from(info, (group, i) => {
    if (Number.isInteger(group) && (group as number) >= 0 && (group as number) < outputs)
      return group as number;
    return corrupt(`Tree ${i}, tree_info`, `an output in 0..${outputs - 1}`, group);
  });
  return {
    objective,
    featureCount,
    featureNames: readNames(learner, featureCount),
    outputs,
    baseMargins,
    // Not by map(), which passes over the holes of an array.
    trees: Array.from(listed, (tree, i) => readTree(tree, i, featureCount)).slice(0, kept),
    groups: groups.subarray(0, kept),
  };
}

function unsupported(what: string, known: string): LanewiseError {
  return new LanewiseError('UNSUPPORTED', `${what} is not supported; supported: ${known}.`, {
    expected: known,
  });
}

/** "5E-1" of all versions, and "[5E-1]" of the third one, which has one number an output where outputs start apart. */
function readBaseMargins(score: unknown, objective: string, outputs: number): Float32Array {
  const link = linkOf(objective);
  if (!link) throw unsupported(`The objective ${objective.slice(0, 40)}`, objectives().join(', '));
  const text = typeof score === 'number' ? String(score) : score;
  if (typeof text !== 'string' || text.length > 32 * (outputs + 1))
    return corrupt('Model, base_score', 'a number', score);
  const parts = text.replace(/^\s*\[(.*)\]\s*$/, '$1').split(',');
  if (parts.length !== 1 && parts.length !== outputs) {
    corrupt('Model, base_score', `1 or ${outputs} numbers`, text);
  }
  const margins = parts.map((part) => {
    const margin = NUMBER.test(part.trim()) ? link.marginOf(Math.fround(Number(part))) : Number.NaN;
    return Number.isFinite(margin) ? margin : corrupt('Model, base_score', `a score of ${objective}`, score);
  });
  if (objective.startsWith('multi:') && margins.some((margin) => margin !== margins[0])) {
    throw unsupported(`A base score for each class`, 'one for all; train with base_score set');
  }
  return Float32Array.from({ length: outputs }, (_, i) => margins[i % margins.length]!);
}

/** How many trees the first rounds have. */
function keptTrees(
  model: Fields,
  sizes: Fields,
  count: number,
  outputs: number,
  iterations?: number,
): number {
  if (iterations === undefined) return count;
  const starts = model['iteration_indptr'];
  const perRound = outputs * countOf(sizes, 'num_parallel_tree', 'Booster', [0, MOST_TREES], 1) || outputs;
  const rounds = Array.isArray(starts) ? starts.length - 1 : Math.floor(count / perRound);
  checkInteger('iterations', iterations, 1, rounds);
  const kept: unknown = Array.isArray(starts) ? starts[iterations] : iterations * perRound;
  if (Number.isInteger(kept) && (kept as number) >= 0 && (kept as number) <= count) return kept as number;
  return corrupt('Booster, iteration_indptr', `a number of trees in 0..${count}`, kept);
}

function readNames(learner: Fields, featureCount: number): readonly string[] | undefined {
  const names = learner['feature_names'];
  if (names === undefined || (Array.isArray(names) && names.length === 0)) return undefined;
  for (const name of arrayOf(learner, 'feature_names', 'Model', featureCount)) {
    if (typeof name !== 'string') corrupt('Model, feature_names', 'strings', name);
  }
  return Object.freeze([...(names as readonly string[])]);
}
