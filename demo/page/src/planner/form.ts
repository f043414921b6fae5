import { byId, html } from '../dom.ts';
import { SliderField } from './slider-field.ts';
import { FIELDS, METRICS, type NumberName, USUAL, type Wish } from './wish.ts';

/** Which questions stand together. */
const GROUPS: readonly (readonly [title: string, names: readonly (NumberName | 'metric')[]])[] = [
  ['The data', ['rows', 'dimensions', 'metric', 'filterSelectivity', 'updatesPerSecond']],
  ['The answers', ['k', 'recall', 'p99', 'queriesPerSecond']],
  ['The means', ['memory', 'cores', 'dollarsPerHour', 'budgetPerMonth']],
];

/** Sliders and selects that hold a wish. */
export class PlannerForm {
  readonly #fields: ReadonlyMap<NumberName, SliderField>;
  readonly #metric = html('select', { id: 'plan-metric' });
  readonly #machine = byId<HTMLSelectElement>('plan-machine');

  /** @param onInput told whenever anything is moved, typed or chosen */
  constructor(onInput: () => void) {
    const form = byId<HTMLFormElement>('plan-form');
    this.#fields = new Map(
      FIELDS.map((field) => [field.name, new SliderField(field, USUAL[field.name], onInput)]),
    );
    this.#metric.append(...METRICS.map(({ key, label }) => html('option', { value: key }, label)));
    this.#metric.addEventListener('change', onInput);
    this.#machine.addEventListener('change', onInput);
    form.prepend(
      ...GROUPS.map(([title, names]) =>
        html(
          'fieldset',
          {},
          html('legend', {}, title),
          ...names.map((name) => (name === 'metric' ? this.#choice() : this.#fields.get(name)!.element)),
        ),
      ),
    );
    form.addEventListener('submit', (event) => event.preventDefault());
  }

  get wish(): Wish {
    const numbers = Object.fromEntries([...this.#fields].map(([name, { value }]) => [name, value]));
    return { ...numbers, metric: this.#metric.value, machine: this.#machine.value } as unknown as Wish;
  }

  set wish(wish: Wish) {
    for (const [name, field] of this.#fields) field.value = wish[name];
    this.#metric.value = wish.metric;
    this.#machine.value = wish.machine;
  }

  set machine(key: string) {
    this.#machine.value = key;
  }

  /** The machines that can be chosen; the one that is stays so, where it is among them. */
  offer(
    machines: readonly { readonly key: string; readonly label: string; readonly isOff?: boolean }[],
  ): void {
    const { value } = this.#machine;
    this.#machine.replaceChildren(
      ...machines.map(({ key, label, isOff }) => html('option', { value: key, disabled: isOff }, label)),
    );
    this.#machine.value = value;
  }

  #choice(): HTMLElement {
    return html(
      'div',
      { class: 'field field-choice' },
      html('label', { for: this.#metric.id }, 'Compared by'),
      this.#metric,
    );
  }
}
