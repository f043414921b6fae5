import { byId, html } from './dom.ts';
import type { Names } from './names.ts';
import { formatFigure } from './numbers.ts';
import type { Question } from './question.ts';
import type { Found } from './searcher.ts';

/** A row that can be chosen from the list. */
export interface Option {
  readonly row: number;
  /** Whether it completes what was typed, or is a neighbour to search next. */
  readonly kind: 'completion' | 'neighbour';
}

/** The list under the search box: completions, then neighbours; one of them may be active. */
export class Answers {
  readonly #list = byId('answers');
  readonly #input = byId<HTMLInputElement>('query');
  #options: { readonly option: Option; readonly element: HTMLElement }[] = [];
  #active = -1;

  constructor(onChoose: (option: Option) => void) {
    this.#list.addEventListener('click', (event) => {
      const place = this.#options.findIndex(({ element }) => element.contains(event.target as Node));
      if (place >= 0) onChoose(this.#options[place]!.option);
    });
  }

  get active(): Option | undefined {
    return this.#options[this.#active]?.option;
  }

  /** @param found what was found, or why nothing could be */
  show(question: Question, found: Found | string | undefined, names: Names): void {
    this.#options = [];
    this.#list.replaceChildren(...this.#groups(question, found, names));
    this.#input.setAttribute('aria-expanded', String(this.#options.length > 0));
    this.#activate(-1);
  }

  clear(): void {
    this.#options = [];
    this.#list.replaceChildren();
    this.#input.setAttribute('aria-expanded', 'false');
    this.#activate(-1);
  }

  /** Makes the next option active, or the one before; beyond the ends none is. */
  move(step: 1 | -1): void {
    const count = this.#options.length + 1;
    this.#activate(((this.#active + 1 + step + count) % count) - 1);
  }

  #activate(place: number): void {
    this.#options[this.#active]?.element.classList.remove('is-active');
    this.#options[this.#active]?.element.setAttribute('aria-selected', 'false');
    this.#active = place;
    const chosen = this.#options[place];
    if (!chosen) {
      this.#input.removeAttribute('aria-activedescendant');
      return;
    }
    chosen.element.classList.add('is-active');
    chosen.element.setAttribute('aria-selected', 'true');
    chosen.element.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', chosen.element.id);
  }

  #groups(
    { typed, completions, unknown }: Question,
    found: Found | string | undefined,
    names: Names,
  ): Node[] {
    const groups: Node[] = [];
    const others = completions.filter((row) => names.of(row) !== typed);
    if (others.length > 0) {
      groups.push(
        html(
          'div',
          { class: 'completions', role: 'group', 'aria-label': 'Completions' },
          ...others.map((row) => this.#completion(row, names.of(row), typed)),
        ),
      );
    }
    if (unknown !== undefined) {
      const kind = names.areNumbers ? 'row has the number' : 'row is called';
      groups.push(html('p', { class: 'nothing' }, `No ${kind} “${unknown}”.`));
    } else if (typeof found === 'string') {
      groups.push(html('p', { class: 'nothing' }, found));
    } else if (found) {
      groups.push(
        html(
          'div',
          { role: 'group', 'aria-label': 'Nearest neighbours' },
          ...found.rows.map((row, place) => this.#neighbour(row, names, found.scores, place)),
        ),
      );
    }
    return groups;
  }

  #completion(row: number, name: string, typed: string): HTMLElement {
    const isPrefix = name.toLowerCase().startsWith(typed.toLowerCase());
    const parts = isPrefix ? [html('b', {}, name.slice(0, typed.length)), name.slice(typed.length)] : [name];
    return this.#add({ row, kind: 'completion' }, html('span', { class: 'completion' }, ...parts));
  }

  #neighbour(row: number, names: Names, scores: readonly number[], place: number): HTMLElement {
    const score = scores[place]!;
    const bar = html('span', { class: 'neighbour-bar', 'aria-hidden': 'true' });
    bar.style.setProperty('--share', String(shareOf(score, scores)));
    const name = names.areNumbers ? `row ${names.of(row)}` : names.of(row);
    return this.#add(
      { row, kind: 'neighbour' },
      html(
        'div',
        { class: 'neighbour', 'data-row': row },
        bar,
        html('span', { class: 'neighbour-name' }, name),
        html(
          'span',
          { class: 'neighbour-score' },
          Math.abs(score) < 10 ? score.toFixed(3) : formatFigure(score),
        ),
      ),
    );
  }

  #add(option: Option, element: HTMLElement): HTMLElement {
    element.id = `answer-${this.#options.length}`;
    element.setAttribute('role', 'option');
    element.setAttribute('aria-selected', 'false');
    this.#options.push({ option, element });
    return element;
  }
}

/** The length of a bar: a cosine itself; other scores against the best, which is the smallest of distances. */
function shareOf(score: number, scores: readonly number[]): number {
  const [best = 0, worst = 0] = [scores[0], scores.at(-1)];
  if (best < worst) return Math.max(0, best / score);
  const largest = Math.max(...scores.map(Math.abs), Number.MIN_VALUE);
  return Math.max(0, largest <= 1 ? score : score / largest);
}
