import { type Command, Option } from 'commander';
import type { CellCodes, Metric } from '../search/index.ts';
import { parseCount } from './quantities.ts';

export const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
