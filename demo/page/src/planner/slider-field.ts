import { html } from '../dom.ts';
import { bounded, type NumberField, stopOf } from './wish.ts';

/** A number with a slider below it: the slider stops at even numbers, the box takes any between. */
export class SliderField {
  readonly element: HTMLElement;
  readonly field: NumberField;
  readonly #box: HTMLInputElement;
  readonly #slider: HTMLInputElement;
  readonly #note: HTMLElement;
  readonly #onInput: () => void;
  #value: number;

  constructor(field: NumberField, value: number, onInput: () => void) {
    const id = `plan-${field.name}`;
    const { label, unit, stops } = field;
    this.field = field;
    this.#value = value;
    this.#onInput = onInput;
    this.#box = html('input', {
      id,
      type: 'text',
      inputmode: 'decimal',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': `${id}-note`,
    });
    this.#slider = html('input', {
      id: `${id}-slider`,
      type: 'range',
      min: 0,
      max: stops.length - 1,
      'aria-label': `${label}, slider`,
    });
    this.#note = html('p', { id: `${id}-note`, class: 'field-note', role: 'status' });
    this.element = html(
      'div',
      { class: 'field' },
      html('label', { for: id }, label, ...(unit ? [html('small', {}, unit)] : [])),
      this.#box,
      this.#slider,
      this.#note,
    );
    this.#slider.addEventListener('input', () => {
      this.#take(stops[Number(this.#slider.value)]!);
      this.#box.value = field.text(this.#value);
    });
    this.#box.addEventListener('input', () => this.#type());
    this.#box.addEventListener('change', () => this.#settle());
    this.#box.addEventListener('keydown', (event) => this.#onKey(event));
    this.#show();
  }

  get value(): number {
    return this.#value;
  }

  set value(value: number) {
    this.#value = bounded(this.field, value);
    this.#note.textContent = '';
    this.#show();
  }

  #take(value: number): void {
    this.#value = value;
    this.#note.textContent = '';
    this.#showSlider();
    this.#onInput();
  }

  /** What is typed counts at once, as far as it is a number within the bounds. */
  #type(): void {
    const typed = this.field.read(this.#box.value);
    if (typed !== undefined && bounded(this.field, typed) === typed) this.#take(typed);
  }

  /** What is left in the box is brought within the bounds, or back to the number before. */
  #settle(): void {
    const { field } = this;
    const typed = field.read(this.#box.value);
    if (typed === undefined) {
      this.#note.textContent = `That is no number; it stays ${field.text(this.#value)}.`;
    } else {
      const value = bounded(field, typed);
      this.#take(value);
      if (typed < field.stops[0]! || typed > field.stops.at(-1)!)
        this.#note.textContent = `From ${field.text(field.stops[0]!)} to ${field.text(field.stops.at(-1)!)}.`;
    }
    this.#box.value = field.text(this.#value);
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const { stops } = this.field;
    const place = Math.min(stops.length - 1, Math.max(0, stopOf(this.field, this.#value) + step));
    this.#take(stops[place]!);
    this.#box.value = this.field.text(this.#value);
  }

  #show(): void {
    this.#box.value = this.field.text(this.#value);
    this.#showSlider();
  }

  #showSlider(): void {
    const { stops, unit, text } = this.field;
    const place = stopOf(this.field, this.#value);
    this.#slider.value = String(place);
    this.#slider.setAttribute('aria-valuetext', `${text(this.#value)} ${unit}`.trim());
    this.#slider.style.setProperty('--share', `${(100 * place) / (stops.length - 1)}%`);
  }
}
