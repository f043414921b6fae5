import type { Command } from 'commander';
import { calibrate as measure } from '../planner/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { writeText } from './files.ts';
import { formatBytes, formatFigure, formatLarge, renderPairs, renderTable } from './table.ts';

interface CalibrateOptions {
  readonly name?: string;
  readonly save?: string;
}

/** This machine, measured. */
export const calibrate: Subcommand<CalibrateOptions> = {
  configure(command: Command): void {
    command
      .option('--name <text>', 'what the machine is called (default: what runs the program)')
      .option('--save <file>', 'write it as JSON, for --machine of other commands');
    addExamples(command, [
      ['calibrate', 'what this machine does'],
      ['calibrate --name "my laptop" --save machine.json', 'kept for plans'],
    ]);
  },
  async run({ name, save }): Promise<Answer> {
    const machine = await measure(name === undefined ? {} : { name });
    if (save !== undefined) writeText(save, `${JSON.stringify(machine, null, 2)}\n`);
    const blocks = renderTable(
      ['block', 'read in order', 'lines here and there'],
      machine.streaming.map(({ bytes, perSecond }) => {
        const lines = machine.gather.find((block) => block.bytes === bytes);
        return [
          formatBytes(bytes),
          formatLarge(perSecond, 'B/s'),
          lines ? formatLarge(lines.perSecond, '/s') : '-',
        ];
      }),
    );
    const rates = renderPairs([
      ['float32', formatLarge(machine.float32, 'FLOP/s')],
      ['int8', formatLarge(machine.int8, 'MAC/s')],
      ['hashes of 8-byte keys', formatLarge(machine.hash, '/s')],
      ['one call', `${formatFigure(1e9 * machine.call)} ns`],
      ['99th percentile over median', formatFigure(machine.jitter)],
    ]);
    const head = `${machine.name}: ${machine.runtime}, ${machine.tier} kernels, one thread, ${machine.date}`;
    const saved = save === undefined ? '' : `\n\nSaved as ${save}.`;
    return { text: `${head}\n\n${blocks}\n\n${rates}${saved}`, json: machine };
  },
};
