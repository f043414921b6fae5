import { openThread } from 'lanewise/worker';

async function nearest(thread) {
  const index = await thread.create('flat', { dimensions: 1, metric: 'l2' });
  await index.add([0, 1, 2, 3, 4, 5, 6, 7]);
  const { ids, scores } = await index.search([4.25], { k: 3 });
  const { tier } = await thread.capabilities();
  await thread.close();
  return { tier, answer: [...ids, ...scores].join(' ') };
}

async function run() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  const answers = [await nearest(await openThread()), await nearest(await openThread({ worker }))];
  document.querySelector('output').textContent = answers[0].answer;
  return answers;
}

globalThis.result = run();
