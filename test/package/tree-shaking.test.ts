import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import webpack from 'webpack';
import { type Bundled, bundle, ENTRIES, FAMILIES, membersOf } from './bundled.ts';

const importing = (names: string, subpath: string): Promise<Bundled> =>
  bundle(`export ${names === '*' ? '*' : `{ ${names} }`} from '${ENTRIES.get(subpath)}';`);

/** What members need of others, of any family; nothing else goes along with them. */
const INDEX = ['Bitmap', 'createSafetensors', 'readSafetensors'];
const SAVED = ['createSafetensors', 'readSafetensors'];
const SPARSE_FILES = ['readMatrixMarket', 'readSparseNpz', 'writeMatrixMarket', 'writeSparseNpz'];
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  FlatIndex: INDEX,
  IvfIndex: INDEX,
  HnswIndex: INDEX,
  LshIndex: INDEX,
  Bm25Index: [...INDEX, 'tokenize'],
  HybridIndex: ['Bitmap', 'fuseRankings'],
  ImplicitALS: INDEX,
  BloomFilter: SAVED,
  CountMinSketch: SAVED,
  DDSketch: SAVED,
  HyperLogLog: SAVED,
  KllSketch: SAVED,
  MinHash: SAVED,
  MinHashLsh: ['MinHash', ...SAVED],
  TopK: SAVED,
  CsrMatrix: SPARSE_FILES,
  ItemKnn: INDEX,
  MlpRanker: SAVED,
  Popularity: INDEX,
  ProductQuantizer: SAVED,
  tune: ['Bitmap', 'percentile', 'recall'],
  evaluateRecommender: ['catalogueCoverage', 'evaluateRankings'],
  compare: ['Bitmap', 'percentile', 'recall'],
  writeSafetensors: ['createSafetensors'],
  loadInStages: ['openSafetensors', 'createSafetensors', 'writeSafetensors'],
  TruncatedSVD: SAVED,
  MatrixFactorization: SAVED,
  HashingVectorizer: ['CsrMatrix', 'murmur3', 'tokenize', ...SPARSE_FILES],
  TfidfVectorizer: ['CsrMatrix', 'tokenize', ...SAVED, ...SPARSE_FILES],
  // Either takes a dictionary as well as words.
  closest: ['EditDictionary'],
  distances: ['EditDictionary'],
  Pipeline: ['LatencyHistogram', 'Profiler'],
  Profiler: ['LatencyHistogram'],
  SemanticCache: ['amortizedCost', 'estimateBytes'],
  snippet: ['tokenize'],
  jensenShannon: ['binCounts'],
  kullbackLeibler: ['binCounts'],
  populationStabilityIndex: ['binCounts'],
  TrafficSplit: ['murmur3'],
  decisionMatrix: ['predict'],
  machineNamed: ['machines'],
  plan: ['machines', 'predict'],
  similarityPipeline: ['amdahl'],
  // It builds whichever index was planned.
  verify: ['FlatIndex', 'IvfIndex', 'HnswIndex', 'LshIndex', 'machines', 'predict', 'percentile', ...INDEX],
  // A worker serves whatever it is asked for.
  serve: ['FlatIndex', 'IvfIndex', 'HnswIndex', 'LshIndex', 'KMeans', 'tune', 'percentile', ...INDEX],
};
/** What the whole package exports: all but what is of threads, whose files stand by themselves. */
const WITHIN_THE_WHOLE = FAMILIES.filter((subpath) => !subpath.startsWith('./worker'));

test.each(FAMILIES)(
  'a bundle that imports one name of %s holds no other than those it needs',
  async (subpath) => {
    expect(membersOf(subpath).length).toBeGreaterThan(0);
    for (const name of membersOf(subpath)) {
      const { members } = await importing(name, subpath);
      expect(members, name).toContain(name);
      const needed = [name, ...(NEEDS[name] ?? [])];
      expect(
        members.filter((other) => !needed.includes(other)),
        name,
      ).toEqual([]);
    }
  },
);

test.each(WITHIN_THE_WHOLE)(
  'a name costs no more from the whole package than from %s',
  async (subpath) => {
    for (const name of membersOf(subpath)) {
      const { length } = (await importing(name, subpath)).text;
      // Names that collide differ by some characters.
      expect((await importing(name, '.')).text.length, name).toBeLessThan(1.01 * length);
    }
  },
  120_000,
);

test('bundles of readers, of metrics, of closed forms, of plans, of the error class and of CachedIndex hold no kernels; those of an index do', async () => {
  for (const subpath of ['./format', './evaluate', './cost']) {
    expect((await importing('*', subpath)).kernels, subpath).toBe(0);
  }
  for (const name of ['plan', 'predict', 'decisionMatrix', 'effortFor', 'machines', 'similarityPipeline']) {
    expect((await importing(name, '.')).kernels, name).toBe(0);
  }
  expect((await importing('LanewiseError', './search')).kernels).toBe(0);
  expect((await importing('FlatIndex', './search')).kernels).toBeGreaterThan(10_000);
  expect((await importing('CachedIndex', './cache')).kernels).toBe(0);
});

test('a bundle that imports one index takes at most 20 kB of code, gzipped, beside the kernels', async () => {
  const code = await bundledByEsbuild(`export { FlatIndex } from '${ENTRIES.get('./search')}';`, [
    '#kernels',
  ]);
  expect(gzipSync(code).length).toBeLessThan(20_000);
});

test.each([...ENTRIES.keys()])('a bundle of `import` alone of %s is empty', async (subpath) => {
  const entry = `import '${ENTRIES.get(subpath)}';`;
  expect(await bundledByEsbuild(entry)).toBe('');
  expect(await bundledByWebpack(entry)).toBe('');
  // Rollup is not told that the package is free of side effects: it finds one, the backstop of dispose().
  expect((await bundle(entry, false)).text).toMatch(
    /^(new FinalizationRegistry\(\w+=>\w+\.release\(\)\);)?$/,
  );
});

async function bundledByEsbuild(entry: string, external: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    ...{ stdin: { contents: entry, resolveDir: '.' }, external, bundle: true, minify: true, write: false },
    ...{ format: 'esm', logLevel: 'silent' },
  });
  return outputFiles[0]!.text;
}

async function bundledByWebpack(entry: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-'));
  const compiler = webpack({
    ...{ mode: 'production', entry: `data:text/javascript,${encodeURIComponent(entry)}` },
    output: { path: folder, filename: 'main.js' },
  })!;
  try {
    const stats = await new Promise<webpack.Stats>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result!))),
    );
    expect(stats.toJson({ all: false, errors: true }).errors).toEqual([]);
    return readFileSync(join(folder, 'main.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
