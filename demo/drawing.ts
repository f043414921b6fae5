import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Told apart by colour-blind readers, and on white (Okabe and Ito, "Color universal design", 2008). */
export const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#8a6d00',
  '#56b4e9',
  '#555555',
  '#7b3294',
  '#a52a2a',
] as const;

/** 1, 3, 10, 30, ... within the range: about evenly apart on a logarithmic axis. */
export function ticksBetween(low: number, high: number): number[] {
  const ticks: number[] = [];
  // Powers as they are read: those that are computed miss the ends of the range by a rounding.
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++)
    ticks.push(Number(`1e${exponent}`), Number(`3e${exponent}`));
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** A drawing as SVG, in the look that figures of this project share. */
export function drawSvg(drawing: TopLevelSpec): Promise<string> {
  const spec: TopLevelSpec = {
    ...drawing,
    background: 'white',
    padding: 16,
    config: {
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        gridColor: '#e6e6e6',
        domainColor: '#999',
        tickColor: '#999',
        labelFontSize: 11,
        titleFontSize: 12,
      },
      title: { fontSize: 16, subtitleFontSize: 12, subtitleColor: '#555', subtitlePadding: 4 },
    },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
