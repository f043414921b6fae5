import { init } from 'lanewise/search';
import { CurveCard } from './curve-card.ts';
import { byId, messageOf } from './dom.ts';
import { Files } from './files.ts';
import { showMachine } from './machine.ts';
import { WordMap } from './map/map.ts';
import { formatBytes, formatCount } from './numbers.ts';
import { PlannerCard } from './planner/card.ts';
import { RooflineCard } from './roofline-card.ts';
import { type Answer, SearchBox } from './search-box.ts';
import { Searcher } from './searcher.ts';
import { followTheme } from './theme.ts';
import { fetchWords } from './words.ts';
import { subjectOf, WorkThread } from './worker.ts';

const EXAMPLES = ['king - man + woman', 'paris - france + italy', 'guitar', 'einstein', 'tokyo'];
const FIRST_WORD = 'coffee';
/** What the worker may take before the header tells its memory anew. */
const MEMORY_MILLISECONDS = 1000;

let searcher: Searcher | undefined;
let words: Searcher | undefined;
let projecting: WorkThread | undefined;

const box = new SearchBox(onAnswer);
const map = new WordMap((row) => box.askRow(row));
const curve = new CurveCard(
  (chosen) => {
    searcher?.choose(chosen);
    box.search();
  },
  (isBusy) => lockOthers(curve, isBusy),
);
const roofline = new RooflineCard((isBusy) => lockOthers(roofline, isBusy));
const planner = new PlannerCard((isBusy) => lockOthers(planner, isBusy));
const files = new Files({
  get searcher() {
    return searcher;
  },
  open,
  openWords: () => words && open(words),
});

/** Two measurements at once would tell of each other. */
function lockOthers(busy: object, isBusy: boolean): void {
  for (const card of [curve, roofline, planner]) if (card !== busy) card.lock(isBusy);
}

function onAnswer(answer: Answer | undefined): void {
  map.show(answer);
  if (searcher !== words || !answer) return;
  const url = new URL(location.href);
  url.searchParams.set('q', answer.question.text);
  history.replaceState(null, '', url);
}

/** Makes `next` what the whole page is about. */
function open(next: Searcher): void {
  searcher?.choose(undefined);
  if (searcher !== next && searcher !== words) searcher?.dispose();
  searcher = next;
  const { collection } = next;
  const isWords = next === words;
  byId('collection-line').textContent =
    `${collection.title}: ${formatCount(collection.rows)} rows × ${collection.dimensions}, ${collection.metric}.` +
    ' Searched exactly, on this page.';
  map.open(collection);
  box.open(next, firstQuestion(next, isWords), isWords ? EXAMPLES : []);
  curve.open(collection);
  roofline.open(collection);
  files.show(isWords);
  showMachine();
  project(next);
}

function firstQuestion({ collection }: Searcher, isWords: boolean): string {
  if (isWords) return new URL(location.href).searchParams.get('q') ?? FIRST_WORD;
  return collection.names.of(0);
}

/** Has the map computed by a worker. */
function project({ collection }: Searcher): void {
  projecting?.end();
  const thread = new WorkThread({ kind: 'project', subject: subjectOf(collection) }, (report) => {
    if (report.kind === 'projected') map.place(report.projection);
    else if (report.kind === 'failed') map.fail(report.message);
    if (report.kind === 'done' || report.kind === 'failed') thread.end();
  });
  projecting = thread;
}

byId('exact').addEventListener('click', () => {
  searcher?.choose(undefined);
  curve.release();
  box.search();
  byId('query').focus();
});

async function start(): Promise<void> {
  const bar = byId<HTMLProgressElement>('loading-bar');
  const text = byId('loading-text');
  try {
    await init();
    showMachine();
    const collection = await fetchWords((bytes, total) => {
      if (total) bar.value = bytes / total;
      text.textContent = `${formatBytes(bytes)}${total ? ` of ${formatBytes(total)}` : ''} of vectors`;
    });
    performance.mark('fetched');
    text.textContent = 'Indexing…';
    words = await Searcher.build(collection, {
      onProgress: ({ done, total }) => {
        bar.value = done / total;
      },
    });
    byId('loading').hidden = true;
    if (!searcher) open(words);
    performance.mark('searchable');
  } catch (error) {
    bar.hidden = true;
    text.textContent = messageOf(error);
  }
}

followTheme(() => {
  map.recolour();
  box.redraw();
});
setInterval(() => searcher && !document.hidden && showMachine(), MEMORY_MILLISECONDS);
void start();
