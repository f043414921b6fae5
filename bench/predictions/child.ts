// Measures configurations that differ by their batches, in a process of their own, so that none inherits the memory or the compiled code of another.
import { type SetupOptions, setup } from 'lanewise';
import { measure } from './measure.ts';
import type { Configuration } from './subject.ts';

const [configurations, tier] = process.argv.slice(2);
if (tier) setup({ tier: tier as NonNullable<SetupOptions['tier']> });
console.log(JSON.stringify(await measure(JSON.parse(configurations!) as Configuration[])));
