import type { Metric } from 'lanewise/search';
import type { StoredEntry } from 'lanewise/store';
import type { Collection } from './collection.ts';
import { byId, html, messageOf } from './dom.ts';
import { readLabels } from './labels.ts';
import { RowNumbers } from './names.ts';
import { formatBytes, formatCount } from './numbers.ts';
import { readVectors } from './read-vectors.ts';
import { Searcher } from './searcher.ts';
import { forget, keep, listKept, reopen } from './storage.ts';

const LABEL_FILE = /\.(txt|labels|csv|tsv)$/i;

/** What the panel asks of the page. */
export interface Page {
  /** What is searched at the moment. */
  readonly searcher: Searcher | undefined;
  /** Searches another collection from now on, in place of the one before. */
  readonly open: (searcher: Searcher) => void;
  readonly openWords: () => void;
}

/** The panel where a visitor's own vectors come in, and where collections are kept. Whatever fails leaves what is open. */
export class Files {
  readonly #page: Page;
  readonly #message = byId('message');
  readonly #bar = byId<HTMLProgressElement>('file-bar');
  readonly #save = byId<HTMLButtonElement>('save');
  readonly #words = byId<HTMLButtonElement>('words');
  readonly #kept = byId('kept');
  readonly #offer = byId('offer');
  /** The number of the latest attempt: an older one that comes late is dropped. */
  #attempt = 0;

  constructor(page: Page) {
    this.#page = page;
    const input = byId<HTMLInputElement>('file');
    input.addEventListener('change', () => {
      void this.#take([...(input.files ?? [])]);
      input.value = '';
    });
    this.#save.addEventListener('click', () => this.#try(() => this.#keep()));
    this.#words.addEventListener('click', () => page.openWords());
    this.#listenToDrops();
    void this.#try(() => this.#list());
  }

  /** Tells what is open. */
  show(isWords: boolean): void {
    this.#save.disabled = false;
    this.#words.hidden = isWords;
    this.#offer.hidden = !isWords || this.#offer.childElementCount === 0;
  }

  #listenToDrops(): void {
    const isFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    document.addEventListener('dragover', (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      document.body.classList.add('is-dragging-file');
    });
    document.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) document.body.classList.remove('is-dragging-file');
    });
    document.addEventListener('drop', (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      document.body.classList.remove('is-dragging-file');
      void this.#take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #take(files: readonly File[]): Promise<void> {
    if (files.length === 0) return Promise.resolve();
    return this.#try(() => this.#openFiles(files));
  }

  /** Does it, or says what went wrong. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#say(messageOf(error), true);
    }
  }

  async #openFiles(files: readonly File[]): Promise<void> {
    const attempt = ++this.#attempt;
    const labels = files.find(({ name }) => LABEL_FILE.test(name));
    const vectors = files.find((file) => file !== labels);
    if (!vectors) {
      await this.#name(labels!);
      return;
    }
    this.#say(`Reading ${vectors.name}…`);
    const matrix = readVectors(vectors.name, new Uint8Array(await vectors.arrayBuffer()));
    const collection: Collection = {
      ...matrix,
      title: vectors.name,
      metric: byId<HTMLSelectElement>('metric').value as Metric,
      names: labels ? readLabels(labels.name, await labels.text(), matrix.rows) : new RowNumbers(matrix.rows),
    };
    const start = performance.now();
    const searcher = await this.#build(collection);
    if (attempt !== this.#attempt) {
      searcher.dispose();
      return;
    }
    this.#page.open(searcher);
    const took = `${formatCount(performance.now() - start)} ms`;
    this.#say(
      `${vectors.name}: ${formatCount(matrix.rows)} rows x ${matrix.dimensions}, indexed in ${took}.`,
    );
  }

  /** Labels alone name the rows that are open. */
  async #name(labels: File): Promise<void> {
    const { searcher } = this.#page;
    if (!searcher) return;
    const { collection } = searcher;
    const named = { ...collection, names: readLabels(labels.name, await labels.text(), collection.rows) };
    this.#page.open(await this.#build(named));
    this.#say(`The rows are called by ${labels.name} now.`);
  }

  async #build(collection: Collection): Promise<Searcher> {
    this.#bar.hidden = false;
    try {
      return await Searcher.build(collection, {
        onProgress: ({ done, total }) => {
          this.#bar.value = done / total;
        },
      });
    } finally {
      this.#bar.hidden = true;
    }
  }

  async #keep(): Promise<void> {
    const { searcher } = this.#page;
    if (!searcher) return;
    this.#save.disabled = true;
    try {
      const start = performance.now();
      await keep(searcher);
      this.#say(
        `${searcher.collection.title} is kept in this browser (${formatCount(performance.now() - start)} ms).`,
      );
      await this.#list();
    } finally {
      this.#save.disabled = false;
    }
  }

  async #list(): Promise<void> {
    const kept = await listKept();
    this.#kept.replaceChildren(...kept.map((file) => this.#item(file)));
    this.#offerFirst(kept[0]);
  }

  /** Beside the search box, what was kept last. */
  #offerFirst(latest: StoredEntry | undefined): void {
    this.#offer.hidden = !latest || !this.#words.hidden;
    if (!latest) {
      this.#offer.replaceChildren();
      return;
    }
    const button = html('button', { type: 'button', class: 'small' }, titleOf(latest.name));
    button.addEventListener('click', () => this.#reopen(latest.name));
    this.#offer.replaceChildren('Kept in this browser: ', button);
  }

  #reopen(name: string): Promise<void> {
    return this.#try(async () => {
      const attempt = ++this.#attempt;
      const start = performance.now();
      const searcher = await reopen(name);
      if (attempt !== this.#attempt) return searcher.dispose();
      this.#page.open(searcher);
      this.#say(`${titleOf(name)} was read back in ${formatCount(performance.now() - start)} ms.`);
    });
  }

  #item({ name, bytes, modified }: StoredEntry): HTMLElement {
    const title = titleOf(name);
    const open = html('button', { type: 'button', class: 'small', 'aria-label': `Open ${title}` }, 'Open');
    const remove = html(
      'button',
      { type: 'button', class: 'small quiet', 'aria-label': `Delete ${title}` },
      'Delete',
    );
    open.addEventListener('click', () => this.#reopen(name));
    remove.addEventListener('click', () =>
      this.#try(async () => {
        await forget(name);
        await this.#list();
      }),
    );
    const when = modified === undefined ? '' : `, ${new Date(modified).toLocaleString()}`;
    const text = html(
      'span',
      { class: 'kept-name' },
      title,
      html('small', {}, `${formatBytes(bytes)}${when}`),
    );
    return html('li', {}, text, open, remove);
  }

  #say(text: string, isError = false): void {
    this.#message.hidden = false;
    this.#message.textContent = text;
    this.#message.classList.toggle('is-error', isError);
  }
}

function titleOf(name: string): string {
  return name.replace(/\.index$/, '');
}
