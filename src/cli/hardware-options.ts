import { type Command, Option } from 'commander';
import { type HardwareChoice, type HardwareName, type NumberFormat, roofline } from '../cost/index.ts';
import { machineOf } from './machine-file.ts';
import { parseBytes, parseRate } from './quantities.ts';
import { UsageError } from './usage-error.ts';

/** What something runs on, as it is given. */
export interface HardwareOptions {
  readonly hardware?: string;
  readonly peak?: number;
  readonly bandwidth?: number;
  readonly machine?: string;
  readonly dtype?: NumberFormat;
}

/** Declares what names hardware. */
export function addHardwareOptions(command: Command): void {
  command
    .optionsGroup('What it runs on, one of three:')
    .option('--hardware <name>', `one of ${Object.keys(roofline.hardware).join(', ')}`)
    .addOption(
      new Option('--peak <rate>', 'FLOP a second, such as 19.5T; with --bandwidth')
        .argParser(parseRate)
        .conflicts(['hardware', 'machine']),
    )
    .addOption(
      new Option('--bandwidth <bytes>', 'of memory a second, such as 900GB')
        .argParser(parseBytes)
        .conflicts(['hardware', 'machine']),
    )
    .addOption(
      new Option(
        '--machine <name>',
        'a calibrated one, by name or the file of `calibrate --save`: float32 or int8, one thread',
      ).conflicts('hardware'),
    )
    .optionsGroup('Options:');
}

const FLOPS_OF_MAC = 2;

/** Hardware with a name to print. */
export interface NamedHardware {
  readonly name: string;
  readonly hardware: HardwareChoice;
}

/** @throws UsageError */
export async function hardwareOf({
  hardware,
  peak,
  bandwidth,
  machine,
  dtype,
}: HardwareOptions): Promise<NamedHardware> {
  const known = Object.keys(roofline.hardware).join(', ');
  if (hardware !== undefined) {
    if (Object.hasOwn(roofline.hardware, hardware))
      return { name: hardware, hardware: hardware as HardwareName };
    throw new UsageError(`no hardware '${hardware}' is known: --hardware takes one of ${known}`);
  }
  if (machine !== undefined) {
    const { name, float32, int8, streaming } = await machineOf(machine);
    if (dtype !== undefined && dtype !== 'float32' && dtype !== 'int8')
      throw new UsageError(`calibrated machines tell of float32 and int8: take one of these, not ${dtype}`);
    const peak = dtype === 'int8' ? FLOPS_OF_MAC * int8 : float32;
    return { name, hardware: { peak, bandwidth: streaming.at(-1)!.perSecond } };
  }
  if (peak !== undefined && bandwidth !== undefined)
    return { name: 'own hardware', hardware: { peak, bandwidth } };
  throw new UsageError(
    `say what it runs on: --hardware with one of ${known}; --peak and --bandwidth; or --machine`,
  );
}
