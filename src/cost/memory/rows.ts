import type { MemoryUsage } from '../../search/usage.ts';
import { splitUsage } from '../../search/usage.ts';
import { idMapBytes } from '../../vectors/id-map.ts';
import { checkDimensions, checkInteger, LARGEST_ID } from '../../vectors/input.ts';
import type { Metric } from '../../vectors/metric.ts';
import { layoutSegment, type Plane, type SegmentLayout, scratchBytes } from '../../vectors/segment.ts';
import { checkChoice, given } from '../options.ts';
import { held } from './held.ts';

/** Where ids come from: `given` ones take a look-up table, `automatic` ones, and given ones that count up from 0, do not. */
export type IdSource = 'automatic' | 'given';

/** Rows of an index that nothing was removed from. */
export interface RowMemoryOptions {
  readonly rows: number;
  /** 1..65536 */
  readonly dimensions: number;
  /** Changes nothing: all metrics take the same bytes. */
  readonly metric?: Metric;
  /** @default 'automatic' */
  readonly ids?: IdSource;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkRowCount(name: string, rows: unknown): number {
  return checkInteger(name, rows, 0, LARGEST_ID);
}

/** Bytes of JavaScript memory of the look-up table of so many ids. @throws LanewiseError `INVALID_ARGUMENT` */
export function idTableBytes(rows: number, ids: IdSource = 'automatic'): number {
  const isGiven = checkChoice('kind of ids', ids, { automatic: 0, given: 0 }) === 'given';
  return isGiven && rows > 0 ? idMapBytes(rows) : 0;
}

/** What a store of rows holds (src/vectors/store.ts). */
export interface RowStore {
  readonly layout: SegmentLayout;
  readonly segments: number;
  readonly idBytes: number;
  /** Bytes of linear memory: whole segments, of which the last may be nearly empty. */
  readonly bytes: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function rowStore(options: RowMemoryOptions, planes: readonly Plane[]): RowStore {
  const rows = checkRowCount('rows', given(options).rows);
  const layout = layoutSegment({ dimensions: checkDimensions(options.dimensions), planes });
  const segments = Math.ceil(rows / layout.rowsPerSegment);
  return {
    layout,
    segments,
    idBytes: idTableBytes(rows, options.ids),
    bytes: held(scratchBytes(layout)) + segments * held(layout.bytes),
  };
}

/** What an index reports that holds `beside` bytes of linear memory beside its rows. */
export function storeUsage({ layout, segments, idBytes, bytes }: RowStore, beside = 0): MemoryUsage {
  const capacity = segments * layout.rowsPerSegment;
  return splitUsage({ layout, capacity, idBytes }, bytes + idBytes + beside);
}
