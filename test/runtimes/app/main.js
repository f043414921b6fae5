import { readFvecs } from 'lanewise/format';
import { capabilities, FlatIndex, HnswIndex } from 'lanewise/search';

/** A file of eight points on a line, at 0..7: the neighbours of any place can be told by hand. */
function eightPoints() {
  const words = new Int32Array(16).fill(1); // before each vector, its dimensions
  const floats = new Float32Array(words.buffer);
  for (let point = 0; point < 8; point++) floats[2 * point + 1] = point;
  return new Uint8Array(words.buffer);
}

async function run() {
  const { data } = readFvecs(eightPoints());
  const flat = await FlatIndex.create({ dimensions: 1, metric: 'l2' });
  const graph = await HnswIndex.create({ dimensions: 1, metric: 'l2' });
  flat.add(data);
  graph.add(data);
  const loaded = FlatIndex.fromBytes(flat.toBytes());
  const answers = [flat, graph, loaded].map((index) => {
    const { ids, scores } = index.search([4.25], { k: 3 });
    return [...ids, ...scores].join(' ');
  });
  document.querySelector('output').textContent = answers[0];
  return { tier: capabilities().tier, answers };
}

globalThis.result = run();
