import type { Metadata } from '../format/safetensors.ts';
import { corruptFile, type IndexFile } from './index-file.ts';
import type { CurvePoint, Effort, Tuning } from './tuning.ts';

const KEY = 'tuning';

/** What a file says of a tuning, if there is one. */
export function tuningExtras(tuning: Tuning | undefined): Metadata {
  return tuning ? { [KEY]: JSON.stringify(tuning) } : {};
}

/** The tuning that a file holds. @throws LanewiseError `FILE_CORRUPT` */
export function readTuning(file: IndexFile, isEffort: (effort: Effort) => boolean): Tuning | undefined {
  const text = file.extra(KEY);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // told below, with what stood there
  }
  const tuning = toTuning(value, isEffort);
  if (tuning) return tuning;
  throw corruptFile('The tuning of the file is none.', text);
}

/** A copy of a tuning whose every value is what it must be, or undefined. */
export function toTuning(value: unknown, isEffort: (effort: Effort) => boolean): Tuning | undefined {
  const { k, queries, recallInterval, curve, ...rest } = toRecord(value);
  const point = toPoint(rest, isEffort);
  if (!(point && isCount(k) && isCount(queries) && Array.isArray(recallInterval) && Array.isArray(curve)))
    return undefined;
  const points = curve.map((measured) => toPoint(toRecord(measured), isEffort));
  const [low, high] = recallInterval as readonly unknown[];
  if (!(isShare(low) && isShare(high) && recallInterval.length === 2)) return undefined;
  if (!points.every((measured) => measured !== undefined)) return undefined;
  return { ...point, k, queries, recallInterval: [low, high], curve: points };
}

function toPoint(
  { effort, recall, p50, p95, p99 }: Record<string, unknown>,
  isEffort: (effort: Effort) => boolean,
): CurvePoint | undefined {
  const given = toRecord(effort) as Effort;
  const isPoint = isEffort(given) && isShare(recall) && isTime(p50) && isTime(p95) && isTime(p99);
  return isPoint ? { effort: { ...given }, recall, p50, p95, p99 } : undefined;
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}
