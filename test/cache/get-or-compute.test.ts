import { SemanticCache } from 'lanewise';
import { expect, test } from 'vitest';

function at(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}

const cacheOf = () => SemanticCache.create<string>({ dimensions: 2, threshold: 0.95, maxBytes: 2 ** 20 });

/** Computations that end when they are told to. */
class Manual {
  readonly signals: AbortSignal[] = [];
  readonly ends: { resolve: (value: string) => void; reject: (reason: unknown) => void }[] = [];

  readonly compute = ({ signal }: { readonly signal: AbortSignal }): Promise<string> => {
    this.signals.push(signal);
    return new Promise((resolve, reject) => this.ends.push({ resolve, reject }));
  };
}

/** Lets everything happen that is under way. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test('what was computed once is not computed again', async () => {
  using cache = await cacheOf();
  let computed = 0;
  const compute = () => `answer ${++computed}`;
  expect(await cache.getOrCompute(at(0), compute)).toBe('answer 1');
  expect(await cache.getOrCompute(at(5), compute)).toBe('answer 1');
  expect(await cache.getOrCompute(at(90), compute)).toBe('answer 2');
  expect(cache.statistics()).toMatchObject({ hits: 1, misses: 2, shared: 0, entries: 2 });
});

test('requests for nearly the same share one computation', async () => {
  using cache = await cacheOf();
  const manual = new Manual();
  const embedding = at(0);
  const all = [0, 5, 90, -5].map((degrees, i) =>
    cache.getOrCompute(i === 0 ? embedding : at(degrees), manual.compute),
  );
  embedding.set(at(90)); // the caller's own, to do with as he likes
  await settle();
  expect(manual.ends).toHaveLength(2);
  manual.ends[0]!.resolve('zero');
  manual.ends[1]!.resolve('ninety');
  expect(await Promise.all(all)).toEqual(['zero', 'zero', 'ninety', 'zero']);
  // Two of four look-ups needed no computing.
  expect(cache.statistics()).toMatchObject({ hits: 0, misses: 2, shared: 2, hitRate: 0.5, entries: 2 });
  expect(cache.get(at(0))?.value).toBe('zero');
});

test('a failure is told to all who wait, and the next one computes anew', async () => {
  using cache = await cacheOf();
  const manual = new Manual();
  const all = [cache.getOrCompute(at(0), manual.compute), cache.getOrCompute(at(1), manual.compute)];
  await settle();
  manual.ends[0]!.reject(new Error('no answer'));
  for (const one of all) await expect(one).rejects.toThrow('no answer');
  expect(cache.size).toBe(0);
  const thrown = cache.getOrCompute(at(0), () => {
    throw new Error('at once');
  });
  await expect(thrown).rejects.toThrow('at once');
  expect(await cache.getOrCompute(at(0), () => 'answer')).toBe('answer');
});

test('who aborts waits no longer; the computation goes on for the others', async () => {
  using cache = await cacheOf();
  const manual = new Manual();
  const controller = new AbortController();
  const first = cache.getOrCompute(at(0), manual.compute, { signal: controller.signal });
  const second = cache.getOrCompute(at(0), manual.compute, { signal: new AbortController().signal });
  await settle();
  controller.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(manual.signals[0]!.aborted).toBe(false);
  manual.ends[0]!.resolve('answer');
  expect(await second).toBe('answer');
  expect(cache.get(at(0))?.value).toBe('answer');
});

test('when nobody waits any more the computation is aborted, and what it gives is not kept', async () => {
  using cache = await cacheOf();
  const manual = new Manual();
  const controllers = [new AbortController(), new AbortController()];
  const waiting = controllers.map(({ signal }) => cache.getOrCompute(at(0), manual.compute, { signal }));
  await settle();
  for (const controller of controllers) controller.abort();
  for (const one of waiting) await expect(one).rejects.toMatchObject({ name: 'AbortError' });
  expect(manual.signals[0]!.aborted).toBe(true);
  const again = cache.getOrCompute(at(0), manual.compute);
  await settle();
  manual.ends[0]!.resolve('too late');
  await settle();
  expect(cache.size).toBe(0);
  manual.ends[1]!.resolve('answer');
  expect(await again).toBe('answer');
  // A computation that fails when it is aborted disturbs nobody.
  const controller = new AbortController();
  const lost = cache.getOrCompute(at(90), manual.compute, { signal: controller.signal });
  await settle();
  controller.abort();
  manual.ends[2]!.reject(new Error('aborted'));
  await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
});

test('nothing is computed for one who leaves at once', async () => {
  using cache = await cacheOf();
  const controller = new AbortController();
  let computed = 0;
  const lost = cache.getOrCompute(at(0), () => `${++computed}`, { signal: controller.signal });
  controller.abort();
  await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  expect(computed).toBe(0);
  expect(await cache.getOrCompute(at(0), () => 'answer')).toBe('answer');
});

test('a signal that was aborted before computes and counts nothing', async () => {
  using cache = await cacheOf();
  const signal = AbortSignal.abort();
  await expect(cache.getOrCompute(at(0), () => 'x', { signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect(cache.getOrCompute([0, 0], () => 'x')).rejects.toMatchObject({ code: 'ZERO_VECTOR' });
  await expect(cache.getOrCompute(at(0), () => 'x', { ttl: -1 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(cache.getOrCompute(at(0), undefined as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  expect(cache.statistics()).toMatchObject({ hits: 0, misses: 0, entries: 0 });
});

test.each<[string, (cache: SemanticCache<string>) => unknown]>([
  ['a new version', (cache) => cache.invalidate(2)],
  ['clearing', (cache) => cache.clear()],
])('what was begun before %s is told to those who wait, and neither kept nor joined', async (_, change) => {
  using cache = await cacheOf();
  const manual = new Manual();
  const before = cache.getOrCompute(at(0), manual.compute);
  await settle();
  change(cache);
  const after = cache.getOrCompute(at(0), manual.compute);
  await settle();
  expect(manual.ends).toHaveLength(2);
  manual.ends[0]!.resolve('old');
  expect(await before).toBe('old');
  expect(cache.size).toBe(0);
  manual.ends[1]!.resolve('new');
  expect(await after).toBe('new');
  expect(cache.get(at(0))?.value).toBe('new');
});

test('a value that has no room, or whose cache is gone, is told all the same', async () => {
  const cache = await SemanticCache.create<string>({
    ...{ dimensions: 2, threshold: 0.95, maxBytes: 2 ** 20, bytesOf: () => 2 ** 20 },
  });
  expect(await cache.getOrCompute(at(0), () => 'huge')).toBe('huge');
  expect(cache.statistics()).toMatchObject({ refused: 1, entries: 0 });
  const manual = new Manual();
  const waiting = cache.getOrCompute(at(0), manual.compute);
  await settle();
  cache.dispose();
  manual.ends[0]!.resolve('answer');
  expect(await waiting).toBe('answer');
});
