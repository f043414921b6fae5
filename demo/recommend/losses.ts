import { drawSvg } from '../drawing.ts';

const HEIGHT = 10;

/** Errors of each epoch of a fit. */
export interface LossCurves {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

/** The curves in plain text, an epoch a column: * where they were learned, o where they were not. */
export function plotLosses({ train, validation }: LossCurves): string {
  const all = [...train, ...validation];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const rowOf = (value: number): number =>
    high === low ? 0 : Math.round(((high - value) / (high - low)) * (HEIGHT - 1));
  const rows = Array.from({ length: HEIGHT }, () => new Array<string>(2 * train.length).fill(' '));
  for (const [epoch, loss] of train.entries()) rows[rowOf(loss)][2 * epoch] = '*';
  for (const [epoch, loss] of validation.entries()) rows[rowOf(loss)][2 * epoch] = 'o';
  const labelOf = (row: number): string =>
    (row === 0 ? high : row === HEIGHT - 1 ? low : Number.NaN).toFixed(3).replace('NaN', '     ');
  const lines = rows.map((row, at) => `  ${labelOf(at)} |${row.join('')}`.trimEnd());
  return [...lines, `        +${'-'.repeat(2 * train.length)} ${train.length} epochs`].join('\n');
}

/** The same as SVG. */
export function drawLosses({ train, validation }: LossCurves, subtitle: string): Promise<string> {
  const points = (losses: readonly number[], of: string) =>
    losses.map((loss, epoch) => ({ epoch: epoch + 1, loss, of }));
  return drawSvg({
    ...{
      width: 560,
      height: 320,
      data: { values: [...points(train, 'learned'), ...points(validation, 'held out')] },
    },
    title: { text: 'Errors of predicted ratings, epoch by epoch', subtitle, anchor: 'start', offset: 14 },
    mark: { type: 'line', strokeWidth: 2, point: true },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' } },
      y: { field: 'loss', type: 'quantitative', title: 'RMSE', scale: { zero: false } },
      color: { field: 'of', type: 'nominal', title: null, scale: { range: ['#0072b2', '#d55e00'] } },
    },
  });
}
