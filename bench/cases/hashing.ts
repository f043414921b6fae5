import { capabilities, measureRoof } from 'lanewise';
import { setup } from '../../src/host/kernels.ts';
import { HashFamily } from '../../src/search/hash-family.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { VectorStore } from '../../src/vectors/store.ts';
import { gloveCollection } from '../data.ts';
import { type Case, patience, summarize, time } from '../harness.ts';

const TABLES = 12;
const BITS = 18;
const LINK_BYTES = 8;

/** Signatures of rows by random hyperplanes: the kernel alone, which no public call shows. */
export const hashing: Case = {
  name: 'hashing',
  async run(setting) {
    const { vectors, dimensions, name } = gloveCollection();
    const rows = setting.isQuick ? 2000 : vectors.length / dimensions;
    // The sources load kernels of their own: of the tier that is measured.
    setup({ tier: capabilities().tier });
    const { kernels } = runtime();
    const store = new VectorStore(dimensions, 'cosine', ['codes']);
    store.stage(rows, undefined, false).writeAll(vectors.subarray(0, rows * dimensions));
    const { segments, layout, arena } = store;
    const family = new HashFamily(store, { dimensions, tables: TABLES, bits: BITS, seed: 1 });
    const links = arena.allocate(layout.rowsPerSegment * TABLES * LINK_BYTES);
    const sorted = time(() => {
      for (const [i, segment] of segments.entries()) {
        const count = Math.min(layout.rowsPerSegment, rows - i * layout.rowsPerSegment);
        kernels.hashRows(family.address, segment, 0, count, links);
      }
    }, patience(setting));
    const job = `hashing ${name}`;
    const multiplyAdds = rows * dimensions * TABLES * BITS;
    const measurement = summarize(job, `${TABLES} x ${BITS} hyperplanes`, sorted, { multiplyAdds });
    const ratio = multiplyAdds / measurement.median / 1e6 / measureRoof().int8;
    store.release();
    return {
      measurements: [measurement],
      figures: [{ job, text: '8-bit products / roof', ratio, atLeast: 0.7 }],
    };
  },
};
