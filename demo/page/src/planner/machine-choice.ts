import { type Machine, machines } from 'lanewise/planner';
import { byId } from '../dom.ts';
import { formatFigure } from '../numbers.ts';
import { storedMachine, storeMachine } from '../this-machine.ts';
import { WorkThread } from '../worker.ts';
import type { PlannerForm } from './form.ts';
import { HERE } from './wish.ts';

/** The keys of the machines that are known without measuring; the first is as usual. */
export const MACHINES: readonly string[] = Object.keys(machines);

/** Machines to plan for: those that were measured elsewhere, and this one once it is. */
export class MachineChoice {
  readonly #form: PlannerForm;
  readonly #button = byId<HTMLButtonElement>('plan-calibrate');
  readonly #status = byId('plan-calibrated');
  readonly #onBusy: (isBusy: boolean) => void;
  readonly #onMeasured: () => void;
  #here = storedMachine();

  constructor(form: PlannerForm, onBusy: (isBusy: boolean) => void, onMeasured: () => void) {
    this.#form = form;
    this.#onBusy = onBusy;
    this.#onMeasured = onMeasured;
    this.#button.addEventListener('click', () => this.#measure());
    this.#offer();
    this.#describe();
  }

  /** Measuring waits while something else is measured. */
  lock(isLocked: boolean): void {
    this.#button.disabled = isLocked;
  }

  /** The speeds that go by a key; where this machine is asked for but was never measured, those that are usual. */
  speedsOf(key: string): Machine {
    return (key === HERE ? this.#here : machines[key]) ?? machines[MACHINES[0]!]!;
  }

  /** Whether a link asks for this machine before it was measured. */
  lacks(key: string): boolean {
    return key === HERE && !this.#here;
  }

  #measure(): void {
    this.#onBusy(true);
    this.lock(true);
    this.#status.textContent = 'Measuring…';
    const thread = new WorkThread({ kind: 'calibrate' }, (report) => {
      if (report.kind === 'calibrated') this.#take(report.machine);
      else if (report.kind === 'failed') this.#status.textContent = report.message;
      if (report.kind !== 'done' && report.kind !== 'failed') return;
      thread.end();
      this.lock(false);
      this.#onBusy(false);
    });
  }

  #take(machine: Machine): void {
    this.#here = machine;
    storeMachine(machine);
    this.#offer();
    this.#describe();
    this.#form.machine = HERE;
    this.#onMeasured();
  }

  #offer(): void {
    const here = this.#here ? `this machine, ${this.#here.date}` : 'this machine (calibrate first)';
    this.#form.offer([
      ...MACHINES.map((key) => ({ key, label: key })),
      { key: HERE, label: here, isOff: !this.#here },
    ]);
  }

  #describe(): void {
    if (!this.#here) return;
    const { streaming, float32, int8 } = this.#here;
    const memory = streaming.at(-1)!.perSecond / 1e9;
    this.#status.textContent =
      `This machine: ${formatFigure(memory)} GB/s from memory, ` +
      `${formatFigure(float32 / 1e9)} GFLOP/s, ${formatFigure(int8 / 1e9)} GMAC/s in 8 bits, on one thread.`;
  }
}
