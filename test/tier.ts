import { setup, type Tier } from 'lanewise';

// Every file of the tiered projects runs once per tier; a file that tests loading itself resets the module first.
setup({ tier: process.env['LANEWISE_TIER'] as Tier });
