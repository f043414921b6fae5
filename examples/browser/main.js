// Without a bundler: the one-file build has the kernels in it, so there is nothing else to host or to configure.
import { FlatIndex } from '../node_modules/lanewise/dist/lanewise.min.js';

const K = 12;
const input = document.querySelector('#word');
const status = document.querySelector('#status');
const list = document.querySelector('#results');

async function get(name) {
  const response = await fetch(new URL(`../data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name} is answered with status ${response.status}. Is it built?`);
  return response;
}

async function load() {
  const [bytes, text] = await Promise.all([
    get('words.safetensors').then((response) => response.arrayBuffer()),
    get('words.txt').then((response) => response.text()),
  ]);
  return { index: FlatIndex.fromBytes(bytes), words: text.split('\n') };
}

function item(word, score) {
  const element = document.createElement('li');
  const meter = document.createElement('meter');
  meter.value = score;
  // textContent, never innerHTML: data stays data.
  element.append(Object.assign(document.createElement('span'), { textContent: word }), meter);
  element.append(Object.assign(document.createElement('small'), { textContent: score.toFixed(3) }));
  return element;
}

function show({ index, words }) {
  const typed = input.value.trim().toLowerCase();
  list.replaceChildren();
  if (!typed) {
    status.textContent = `${words.length.toLocaleString('en')} words. Type one.`;
    return;
  }
  // Words stand by falling frequency: of those that begin as typed, the first is the likeliest.
  const whole = words.indexOf(typed);
  const row = whole < 0 ? words.findIndex((word) => word.startsWith(typed)) : whole;
  if (row < 0) {
    status.textContent = `No word begins with “${typed}”.`;
    return;
  }
  const start = performance.now();
  const { ids, scores, rescored } = index.search(index.get(row), { k: K + 1, stats: true });
  const milliseconds = performance.now() - start;

  // The best match of a row is the row itself; -1 would stand where there are too few rows.
  ids.forEach((id, place) => {
    if (id >= 0 && id !== row) list.append(item(words[id], scores[place]));
  });
  status.textContent = [
    `Nearest to “${words[row]}”, exactly, in ${milliseconds.toFixed(1)} ms:`,
    `${rescored[0]} of ${words.length} rows were scored in full.`,
  ].join(' ');
}

try {
  const loaded = await load();
  input.addEventListener('input', () => show(loaded));
  input.disabled = false;
  input.focus();
  show(loaded);
} catch (error) {
  // A LanewiseError says what to do: which directive of the policy is missing, or what is wrong with the file.
  status.textContent = error.message;
}
