import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Case } from '../harness.ts';

/** The package as it is downloaded: the whole entry and both tiers of kernels. */
export const size: Case = {
  name: 'size',
  async run() {
    const files = ['index.js', 'kernels/inline.js'].map((name) =>
      readFileSync(new URL(`../../dist/${name}`, import.meta.url)),
    );
    const kilobytes = gzipSync(Buffer.concat(files), { level: 9 }).length / 1000;
    return {
      measurements: [],
      figures: [{ job: 'whole entry, both tiers inlined', text: 'gzip, kB', ratio: kilobytes, atMost: 40 }],
    };
  },
};
