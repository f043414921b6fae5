import type { Machine } from 'lanewise/planner';
import type { Answer, Asked, Curves, Told } from './asked.ts';
import type { Wish } from './wish.ts';

type Question = Pick<Asked, 'wish' | 'machine'>;

/** What comes back, and when. */
export interface Listener {
  onAnswer(answer: Answer, wish: Wish): void;
  /** Undefined where those that were told are not about the last answer, and others will follow. */
  onCurves(curves: Curves | undefined): void;
}

/**
 * Has the planner think in a thread of its own, since it may take longer than a frame. Of the wishes that come meanwhile, the
 * last is asked next; curves are asked for once no wish waits.
 */
export class Asker {
  readonly #worker = new Worker(new URL('../work/plan.worker.ts', import.meta.url), { type: 'module' });
  readonly #listener: Listener;
  #asked: Question | undefined;
  #next: Question | undefined;
  /** What the curves are about that are there, or on their way. */
  #curvesKey = '';
  #areThere = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
      if (data.kind === 'answer') this.#take(data.answer);
      else this.#takeCurves(data.curves);
    });
    this.#worker.addEventListener('error', ({ message }) => {
      this.#take({ candidates: [], contradiction: message || 'The planner could not be started.' });
    });
  }

  ask(wish: Wish, machine: Machine): void {
    this.#next = { wish, machine };
    if (!this.#asked) this.#post();
  }

  #post(): void {
    this.#asked = this.#next;
    this.#next = undefined;
    if (this.#asked) this.#worker.postMessage({ kind: 'plan', ...this.#asked } satisfies Asked);
  }

  #take(answer: Answer): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#post();
    this.#listener.onAnswer(answer, asked.wish);
    const key = curvesKey(asked);
    const isKnown = key === this.#curvesKey && this.#areThere;
    if (isKnown) return;
    this.#listener.onCurves(undefined);
    this.#areThere = false;
    this.#curvesKey = key;
    if (!this.#asked) this.#worker.postMessage({ kind: 'curves', ...asked } satisfies Asked);
  }

  #takeCurves(curves: Curves): void {
    this.#areThere = true;
    this.#listener.onCurves(curves);
  }
}

/** What curves against rows depend on. */
function curvesKey({ wish, machine }: Question): string {
  const { dimensions, metric, k, recall, filterSelectivity } = wish;
  return JSON.stringify([dimensions, metric, k, recall, filterSelectivity, machine]);
}
