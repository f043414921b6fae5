// For pages without a bundler: the whole package in one file, and the near side of a thread.
import * as lanewise from '/dist/lanewise.min.js';
import { openThread } from '/dist/worker.js';
import * as calls from './calls.js';

export const run = () => calls.run(lanewise, openThread);

/** The code of the error with which a worker of this address fails, and its message. */
export async function errorOf(url) {
  try {
    await openThread(url && { worker: new Worker(url, { type: 'module' }) });
    return ['none', ''];
  } catch ({ code, message }) {
    return [code, message];
  }
}

/** What becomes of a call when the application ends its own worker. */
export async function errorOfTerminated() {
  const worker = new Worker('/dist/worker/thread.js', { type: 'module' });
  const thread = await openThread({ worker });
  const index = await thread.create('flat', { dimensions: 100 });
  await index.add(new Float32Array(100).fill(1));
  const building = index.build(new Float32Array(2_000_000).fill(1));
  worker.terminate();
  return building.then(
    () => 'none',
    ({ code }) => code,
  );
}
