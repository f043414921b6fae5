import { Answers, type Option } from './answers.ts';
import { byId, html, messageOf } from './dom.ts';
import { formatFigure } from './numbers.ts';
import { type Question, readQuestion, vectorOfTerms } from './question.ts';
import { Readout } from './readout.ts';
import type { Found, Searcher } from './searcher.ts';

/** Neighbours shown. */
const K = 12;
const SPOKEN = 5;
/** A screen reader is told when the typing pauses. */
const PAUSE_MILLISECONDS = 600;

/** What is asked and answered at the moment, for the map to draw. */
export interface Answer {
  readonly question: Question;
  readonly vector: Float32Array;
  readonly found: Found;
}

/** The box that searches as one types. */
export class SearchBox {
  readonly #input = byId<HTMLInputElement>('query');
  readonly #random = byId<HTMLButtonElement>('random');
  readonly #spoken = byId('spoken');
  readonly #examples = byId('examples');
  readonly #readout = new Readout();
  readonly #answers = new Answers((option) => this.#choose(option));
  readonly #onAnswer: (answer: Answer | undefined) => void;
  #searcher: Searcher | undefined;
  #question: Question | undefined;
  #speaking = 0;

  constructor(onAnswer: (answer: Answer | undefined) => void) {
    this.#onAnswer = onAnswer;
    this.#input.addEventListener('input', () => this.search());
    this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    this.#random.addEventListener('click', () => this.askRow(Math.floor(Math.random() * this.#rows)));
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isEditing(event.target))
        return;
      event.preventDefault();
      this.#input.focus();
      this.#input.select();
    });
  }

  /** Searches this collection from now on, and asks `text` first. */
  open(searcher: Searcher, text: string, examples: readonly string[]): void {
    this.#searcher = searcher;
    this.#input.disabled = false;
    this.#random.disabled = false;
    this.#input.placeholder = searcher.collection.names.areNumbers ? 'a row’s number' : 'king - man + woman';
    this.#examples.replaceChildren(
      ...examples.map((example) => {
        const button = html('button', { type: 'button' }, example);
        button.addEventListener('click', () => this.ask(example));
        return button;
      }),
    );
    this.#readout.clear();
    this.ask(text);
  }

  ask(text: string): void {
    this.#input.value = text;
    this.search();
  }

  askRow(row: number): void {
    if (this.#searcher) this.ask(this.#searcher.collection.names.of(row));
  }

  /** Searches what stands in the box. */
  search(): void {
    if (!this.#searcher) return;
    const { collection } = this.#searcher;
    const question = readQuestion(this.#input.value, collection);
    this.#question = question;
    const answer = question.unknown === undefined ? this.#answer(question) : undefined;
    if (this.#input.value.trim() === '') this.#answers.clear();
    else this.#answers.show(question, typeof answer === 'object' ? answer.found : answer, collection.names);
    if (typeof answer === 'string') return;
    if (answer) this.#readout.show(answer.found, this.#searcher.chosen, collection.rows);
    this.#onAnswer(answer);
    this.#speak(answer);
  }

  /** Draws again what depends on the theme. */
  redraw(): void {
    this.#readout.draw();
  }

  get #rows(): number {
    return this.#searcher?.collection.rows ?? 0;
  }

  #answer(question: Question): Answer | string | undefined {
    const { terms } = question;
    if (!this.#searcher || terms.length === 0) return undefined;
    const vector = vectorOfTerms(terms, this.#searcher.collection);
    try {
      const found = this.#searcher.search(vector, K, new Set(terms.map(({ row }) => row)));
      return { question, vector, found };
    } catch (error) {
      // A word less itself has no direction.
      return messageOf(error);
    }
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      this.#answers.move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      const { active } = this.#answers;
      if (active) this.#choose(active);
      else if (this.#question && this.#question.terms.length > 0 && this.#question.unknown === undefined)
        this.ask(this.#question.text);
    } else if (event.key === 'Escape' && this.#input.value !== '') {
      event.preventDefault();
      this.ask('');
    }
  }

  #choose({ row, kind }: Option): void {
    if (!this.#searcher) return;
    const name = this.#searcher.collection.names.of(row);
    this.ask(kind === 'completion' ? `${this.#question?.before ?? ''}${name}` : name);
  }

  #speak(answer: Answer | undefined): void {
    clearTimeout(this.#speaking);
    if (!answer || !this.#searcher) return;
    const { names } = this.#searcher.collection;
    this.#speaking = window.setTimeout(() => {
      const nearest = answer.found.rows.slice(0, SPOKEN).map((row) => names.of(row));
      this.#spoken.textContent =
        `${answer.found.rows.length} neighbours of ${answer.question.text} ` +
        `in ${formatFigure(answer.found.milliseconds)} ms: ${nearest.join(', ')}`;
    }, PAUSE_MILLISECONDS);
  }
}

function isEditing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
