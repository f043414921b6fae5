import { byId, html } from '../dom.ts';
import type { Answer } from './asked.ts';
import { Asker } from './asker.ts';
import { PlannerForm } from './form.ts';
import { LatencyPlot } from './latency-plot.ts';
import { readLink, writeLink } from './link.ts';
import { MACHINES, MachineChoice } from './machine-choice.ts';
import { candidateTable, matrixTable } from './table.ts';
import { showVerdict, spoken } from './verdict.ts';
import { USUAL, type Wish } from './wish.ts';

/** A link is written, and the answer is spoken, when the slider rests. */
const REST_MILLISECONDS = 300;
const SPEAK_MILLISECONDS = 900;
/** What the textbooks ask for, within a tenth of a second. */
const EXAMPLES: readonly (readonly [label: string, rows: number, dimensions: number])[] = [
  ['50k × 768', 50_000, 768],
  ['200k × 256', 200_000, 256],
  ['1M × 96', 1_000_000, 96],
  ['10M × 256', 10_000_000, 256],
];
const EXAMPLE_P99 = 100;

/** What every index would take of what is wished for, and which one is enough. */
export class PlannerCard {
  readonly #form: PlannerForm;
  readonly #machines: MachineChoice;
  readonly #plot = new LatencyPlot();
  readonly #asker = new Asker({
    onAnswer: (answer, wish) => this.#show(answer, wish),
    onCurves: (curves) => this.#plot.showCurves(curves),
  });
  #resting = 0;
  #speaking = 0;

  /** @param onBusy told when measuring begins and ends */
  constructor(onBusy: (isBusy: boolean) => void) {
    this.#form = new PlannerForm(() => this.#onInput());
    this.#machines = new MachineChoice(this.#form, onBusy, () => this.#onInput());
    byId('plan-examples').append(
      ...EXAMPLES.map(([label, rows, dimensions]) => {
        const button = html('button', { type: 'button' }, label);
        button.addEventListener('click', () => this.#open({ ...USUAL, rows, dimensions, p99: EXAMPLE_P99 }));
        return button;
      }),
    );
    byId('plan-reset').addEventListener('click', () => this.#open(USUAL));
    byId('plan-copy').addEventListener('click', () => void this.#copy());
    addEventListener('popstate', () => this.#restore());
    this.#restore();
  }

  /** Measuring waits while something else is measured. */
  lock(isLocked: boolean): void {
    this.#machines.lock(isLocked);
  }

  #onInput(): void {
    this.#tell([]);
    this.#ask();
    clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => this.#writeLink(), REST_MILLISECONDS);
  }

  /** A step that the browser's back button undoes. */
  #open(wish: Wish): void {
    this.#writeLink();
    this.#form.wish = { ...wish, machine: this.#form.wish.machine };
    history.pushState(null, '', this.#link());
    this.#tell([]);
    this.#ask();
  }

  /** Fills the form from the address, and says what of it could not be taken. */
  #restore(): void {
    clearTimeout(this.#resting);
    const { wish, notes } = readLink(new URL(location.href).searchParams, MACHINES);
    const isLacking = this.#machines.lacks(wish.machine);
    this.#form.wish = isLacking ? { ...wish, machine: MACHINES[0]! } : wish;
    const lacking =
      'The link asks for the speeds of this machine: calibrate it first. Until then others are taken.';
    this.#tell(isLacking ? [...notes, lacking] : notes);
    this.#ask();
  }

  #link(): URL {
    const url = new URL(location.href);
    writeLink(this.#form.wish, url.searchParams, MACHINES);
    return url;
  }

  #writeLink(): void {
    clearTimeout(this.#resting);
    history.replaceState(null, '', this.#link());
  }

  #ask(): void {
    const { wish } = this.#form;
    this.#asker.ask(wish, this.#machines.speedsOf(wish.machine));
  }

  #show(answer: Answer, wish: Wish): void {
    showVerdict(byId('plan-winner'), byId('plan-gauges'), answer, wish);
    byId('plan-table').replaceChildren(candidateTable(answer, wish));
    this.#plot.show(answer, wish);
    byId('plan-matrix').replaceChildren(...(answer.matrix ? [matrixTable(answer.matrix)] : []));
    clearTimeout(this.#speaking);
    this.#speaking = window.setTimeout(() => {
      byId('plan-spoken').textContent = spoken(answer, wish);
    }, SPEAK_MILLISECONDS);
  }

  #tell(notes: readonly string[]): void {
    const host = byId('plan-notes');
    host.hidden = notes.length === 0;
    host.replaceChildren(...notes.map((note) => html('p', {}, note)));
  }

  async #copy(): Promise<void> {
    this.#writeLink();
    const url = this.#link();
    url.hash = 'planner';
    const [said, box] = [byId('plan-copied'), byId<HTMLInputElement>('plan-link')];
    box.value = url.href;
    try {
      await navigator.clipboard.writeText(url.href);
      box.hidden = true;
      said.textContent = 'Copied.';
    } catch {
      // No permission, or no secure context: then the hand copies.
      box.hidden = false;
      box.focus();
      box.select();
      said.textContent = 'Copy the link from the field.';
    }
  }
}
