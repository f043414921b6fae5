import { type Command, Option } from 'commander';
import { roofline as formulas, type RooflinePlace } from '../cost/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { renderChart } from './chart.ts';
import { writeText } from './files.ts';
import { addHardwareOptions, type HardwareOptions, hardwareOf } from './hardware-options.ts';
import { appendOperation, type Operation, SPELLINGS, USUAL_OPERATIONS } from './operations.ts';
import { formatFigure, formatLarge, formatShare, formatTick, renderTable } from './table.ts';

interface RooflineOptions extends HardwareOptions {
  readonly operation?: readonly Operation[];
  readonly plot?: string;
  readonly list?: boolean;
}

/** Operations under the roof of a machine. */
export const roofline: Subcommand<RooflineOptions> = {
  configure(command: Command): void {
    addHardwareOptions(command);
    command
      .addOption(
        new Option('--dtype <name>', 'of the numbers (default: float16 where the hardware has it)').choices([
          ...['float64', 'float32', 'tf32', 'float16', 'bfloat16', 'float8', 'int8', 'int4'],
        ]),
      )
      .addOption(
        new Option(
          '--operation <spec>',
          `repeat it: ${SPELLINGS}; or name=flops/bytes (default: some of each)`,
        ).argParser(appendOperation),
      )
      .option('--plot <file>', 'draw it as SVG')
      .option('--list', 'list the hardware that is known, with its sources');
    addExamples(command, [
      ['roofline --hardware a100-80gb', 'where usual operations stand'],
      ['roofline --hardware h100-sxm --dtype int8 --operation matvec:8192x8192', 'one operation'],
      [
        'roofline --peak 1.2T --bandwidth 40GB --operation "my layer=2e9/1e8" --plot roofline.svg',
        'own numbers, drawn',
      ],
      ['roofline --list', 'which hardware is known'],
    ]);
  },
  async run(options): Promise<Answer> {
    if (options.list) return listHardware();
    const {
      dtype,
      plot,
      operation: operations = USUAL_OPERATIONS.flatMap((text) => appendOperation(text)),
    } = options;
    const on = await hardwareOf(options);
    const runs = { hardware: on.hardware, ...(dtype !== undefined && { dtype }) };
    const places = operations.map((operation) => ({
      name: operation.name,
      ...formulas.place({ ...operation.traffic(dtype), ...runs }),
    }));
    const [{ peak, bandwidth, ridge }] = places as [Placed, ...Placed[]];
    if (plot !== undefined) writeText(plot, draw(on.name, places));
    const table = renderTable(
      ['operation', 'FLOPs', 'bytes', 'FLOP/byte', 'bound by', 'attainable', 'of the peak', 'at least'],
      places.map((place) => [
        ...[place.name, formatLarge(place.flops), formatLarge(place.bytes), formatFigure(place.intensity)],
        ...[place.bound, formatLarge(place.attainable, 'FLOP/s'), formatShare(place.utilization)],
        `${formatFigure(place.time)} ms`,
      ]),
      { texts: [4] },
    );
    const roofs = `${on.name}: peak ${formatLarge(peak, 'FLOP/s')}, memory ${formatLarge(bandwidth, 'B/s')}; the roofs meet at ${formatFigure(ridge)} FLOP a byte`;
    return {
      text: `${roofs}\n\n${table}${plot === undefined ? '' : `\n\nDrawn in ${plot}.`}`,
      json: {
        name: on.name,
        ...(dtype !== undefined && { dtype }),
        peak,
        bandwidth,
        ridge,
        operations: places,
      },
    };
  },
};

function listHardware(): Answer {
  const known = Object.entries(formulas.hardware);
  const rows = known.map(([name, { peak, bandwidth, source, date }]) => [
    ...[name, rate(peak.float32), rate(peak.float16), rate(peak.int8), formatLarge(bandwidth, 'B/s')],
    `${source}, ${date}`,
  ]);
  const head = ['name', 'float32', 'float16', 'int8', 'memory', 'source'];
  return { text: renderTable(head, rows, { texts: [5] }), json: formulas.hardware };
}

function rate(value: number | undefined): string {
  return value === undefined ? '-' : formatLarge(value, 'OP/s');
}

interface Placed extends RooflinePlace {
  readonly name: string;
}

/** Beyond these, what is drawn would leave the numbers there are. */
const [LEAST, MOST] = [1e-290, 1e290];

/** Half a decade around what is shown, and more than a decade around the ridge. */
function draw(name: string, places: readonly Placed[]): string {
  const [{ peak, bandwidth, ridge }] = places as [Placed, ...Placed[]];
  const shown = places.filter(({ intensity }) => intensity > 0);
  const intensities = shown.map(({ intensity }) => intensity);
  const from = Math.max(Math.min(ridge / 10, ...intensities) / 3, LEAST);
  const to = Math.min(Math.max(ridge * 10, ...intensities) * 3, MOST);
  const line = formulas.curve({ hardware: { peak, bandwidth }, from, to, points: 64 });
  return renderChart({
    title: `Roofline of ${name}`,
    description: `FLOP/s attainable against FLOP a byte, both logarithmic: ${formatLarge(bandwidth, 'B/s')} of memory up to ${formatFigure(ridge)} FLOP a byte, then the peak of ${formatLarge(peak, 'FLOP/s')}. ${shown
      .map((place) => `${place.name} at ${formatFigure(place.intensity)}, bound by ${place.bound}`)
      .join('; ')}.`,
    x: { label: 'FLOP a byte', scale: 'log', domain: [from, to], format: formatTick },
    y: {
      label: 'FLOP/s attainable',
      scale: 'log',
      domain: [from * bandwidth, peak * 3],
      format: (value) => formatLarge(value).replace(/\.0+(?= )/, ''),
    },
    lines: [
      { name: 'roof', points: line.map(({ intensity, attainable }) => [intensity, attainable] as const) },
      {
        name: 'peak',
        points: [
          [from, peak],
          [to, peak],
        ],
        isDashed: true,
      },
    ],
    marks: shown.map(({ name: label, intensity, attainable }) => ({
      name: label,
      x: intensity,
      y: attainable,
    })),
  });
}
