import { html, svg } from '../dom.ts';

/** A point of a chart. */
export interface Mark {
  /** The same for the same point when the chart is drawn anew. */
  readonly key: string;
  readonly x: number;
  readonly y: number;
  /** Which colour of the series. */
  readonly series: number;
  /** @default 'disc' */
  readonly shape?: 'disc' | 'square' | 'diamond';
  readonly isApplied?: boolean;
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * Points that tell what they are under the pointer and in focus. One of them is in the tab order; arrow keys move on, and
 * Enter, Space or a click choose.
 */
export class Marks {
  readonly #host: HTMLElement;
  readonly #tip = html('div', { class: 'plot-tip', hidden: true, role: 'presentation' });
  readonly #onChoose: ((key: string) => void) | undefined;
  #focused: string | undefined;

  constructor(host: HTMLElement, onChoose?: (key: string) => void) {
    this.#host = host;
    this.#onChoose = onChoose;
  }

  /** Puts a chart with its points into the host, in place of the one before. */
  show(chart: SVGSVGElement, marks: readonly Mark[]): void {
    const hadFocus = this.#host.contains(document.activeElement);
    const elements = marks.map((mark) => this.#draw(mark));
    chart.append(...elements);
    this.#tip.hidden = true;
    this.#host.replaceChildren(chart, this.#tip);
    const place = Math.max(
      0,
      marks.findIndex(({ key }) => key === this.#focused),
    );
    elements[place]?.setAttribute('tabindex', '0');
    if (hadFocus) elements[place]?.focus();
    elements.forEach((element, i) => {
      element.addEventListener('keydown', (event) => this.#onKey(event, elements, i, marks[i]!));
    });
  }

  #draw(mark: Mark): SVGElement {
    const { series, isApplied } = mark;
    const attributes = {
      class: `point fill-${series}${isApplied ? ' is-applied' : ''}`,
      tabindex: -1,
      role: this.#onChoose ? 'button' : 'img',
      'aria-label': [mark.title, ...mark.lines].join(', '),
      ...(this.#onChoose && { 'aria-pressed': String(Boolean(isApplied)) }),
      'data-key': mark.key,
    };
    const element = shapeOf(mark, attributes);
    element.addEventListener('pointerenter', () => this.#tell(mark));
    element.addEventListener('pointerleave', () => this.#hide());
    element.addEventListener('focus', () => {
      this.#focused = mark.key;
      this.#tell(mark);
    });
    element.addEventListener('blur', () => this.#hide());
    element.addEventListener('click', () => this.#onChoose?.(mark.key));
    return element;
  }

  #onKey(event: KeyboardEvent, elements: readonly SVGElement[], i: number, { key }: Mark): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = elements[(i + step + elements.length) % elements.length]!;
      elements[i]!.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#onChoose?.(key);
    } else {
      return;
    }
    event.preventDefault();
  }

  #tell({ x, y, title, lines }: Mark): void {
    this.#tip.replaceChildren(html('strong', {}, title), ...lines.map((line) => html('span', {}, line)));
    this.#tip.hidden = false;
    const left = Math.max(0, Math.min(x + 14, this.#host.clientWidth - this.#tip.offsetWidth));
    const below = y + 14;
    const fits = below + this.#tip.offsetHeight < this.#host.clientHeight;
    const top = fits ? below : Math.max(0, y - 14 - this.#tip.offsetHeight);
    this.#tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  #hide(): void {
    this.#tip.hidden = true;
  }
}

function shapeOf(
  { x, y, shape, isApplied }: Mark,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  if (shape === 'square')
    return svg('rect', { ...attributes, x: x - 5.5, y: y - 5.5, width: 11, height: 11 });
  if (shape === 'diamond')
    return svg('path', { ...attributes, d: `M${x} ${y - 7.5}l7.5 7.5l-7.5 7.5l-7.5 -7.5z` });
  return svg('circle', { ...attributes, cx: x, cy: y, r: isApplied ? 8 : 6 });
}
