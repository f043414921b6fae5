// How smooth a page stays while vectors are indexed.
import { HnswIndex, Random } from '/dist/lanewise.min.js';
import { openThread } from '/dist/worker.js';

const ROWS = 100_000;
const DIMENSIONS = 100;

const frame = () => new Promise(requestAnimationFrame);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const round = (milliseconds) => Math.round(10 * milliseconds) / 10;

/** Gaps between frames, and the longest task of the main thread (0: none of 50 ms), in milliseconds, while `work` runs. */
async function watch(work) {
  await pause(100); // what came before is a task of its own, and over
  const longTasks = [];
  const observer = new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ type: 'longtask' });
  const frames = [await frame()];
  let isOver = false;
  const counting = (async () => {
    while (!isOver) frames.push(await frame());
  })();
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  await frame();
  isOver = true;
  await counting;
  await pause(100); // tasks are told of late
  observer.disconnect();
  const gaps = frames.slice(1).map((time, i) => time - frames[i]);
  gaps.sort((a, b) => a - b);
  const at = (share) => round(gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))]);
  const told = {
    milliseconds: round(milliseconds),
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
  return { ...told, frames: gaps.length, longTask: Math.max(0, ...longTasks) };
}

function vectors() {
  const random = new Random(1);
  const values = new Float32Array(ROWS * DIMENSIONS);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform() - 0.5;
  return values;
}

async function inThread(thread, kind) {
  const index = await thread.create(kind, { dimensions: DIMENSIONS });
  const values = vectors();
  const told = await watch(() => index.build(values, { transfer: true, onProgress() {} }));
  const size = await index.size;
  await index.dispose();
  return { ...told, size };
}

/** The page at rest, while a thread builds, and while it builds a small part of that itself, in one go. */
export async function measure() {
  const thread = await openThread();
  const idle = await watch(() => pause(2000));
  const flat = await inThread(thread, 'flat');
  const hnsw = await inThread(thread, 'hnsw');
  await thread.close();
  const values = vectors().subarray(0, 20_000 * DIMENSIONS);
  const index = await HnswIndex.create({ dimensions: DIMENSIONS });
  const without = await watch(async () => index.add(values));
  return { idle, flat, hnsw, without };
}
