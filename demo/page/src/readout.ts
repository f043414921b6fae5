import { byId } from './dom.ts';
import { formatCount, formatFigure, formatRecall } from './numbers.ts';
import type { Chosen, Found } from './searcher.ts';
import { colourOf, fitCanvas } from './theme.ts';

const KEPT = 48;

/** What the last search took, what work it did, and what its answer is worth. */
export class Readout {
  readonly #panel = byId('readout');
  readonly #latency = byId('latency');
  readonly #work = byId('work');
  readonly #method = byId('method');
  readonly #exact = byId('exact');
  readonly #spark = byId<HTMLCanvasElement>('spark');
  #latencies: number[] = [];

  show({ milliseconds, rescored, right, rows }: Found, chosen: Chosen | undefined, size: number): void {
    this.#panel.hidden = false;
    this.#latencies = [...this.#latencies, milliseconds].slice(-KEPT);
    this.#latency.textContent = formatFigure(milliseconds);
    this.#work.textContent =
      rescored === undefined
        ? `${formatCount(size)} rows`
        : `${formatCount(rescored)} of ${formatCount(size)} rows rescored in float32`;
    this.#method.replaceChildren(...describe(chosen, right, rows.length));
    this.#exact.hidden = chosen === undefined;
    this.draw();
  }

  /** Begins anew, for another collection. */
  clear(): void {
    this.#latencies = [];
    this.#panel.hidden = true;
  }

  /** Bars of the last latencies, the newest on the right. */
  draw(): void {
    if (this.#panel.hidden) return;
    const { context, width, height } = fitCanvas(this.#spark);
    const step = width / KEPT;
    const most = Math.max(...this.#latencies, 0.05);
    context.clearRect(0, 0, width, height);
    this.#latencies.forEach((latency, i) => {
      const bar = Math.max(2, (latency / most) * (height - 2));
      const x = width - (this.#latencies.length - i) * step;
      const isNewest = i === this.#latencies.length - 1;
      context.globalAlpha = isNewest ? 1 : 0.4;
      context.fillStyle = colourOf('--accent');
      context.fillRect(x, height - bar, Math.max(1, step - 1.5), bar);
    });
    const median = this.#latencies.toSorted((a, b) => a - b)[this.#latencies.length >> 1] ?? 0;
    this.#spark.setAttribute(
      'aria-label',
      `Latency of the last ${this.#latencies.length} searches, median ${formatFigure(median)} ms`,
    );
    this.#spark.title = `median of the last ${this.#latencies.length}: ${formatFigure(median)} ms`;
  }
}

function describe(chosen: Chosen | undefined, right: number | undefined, found: number): Node[] {
  const claim = document.createElement('span');
  if (!chosen) {
    claim.className = 'proof';
    claim.textContent = 'recall 1, certified';
    return [document.createTextNode('Exact search · '), claim];
  }
  const name = document.createTextNode(`${chosen.title} · recall ${formatRecall(chosen.recall)} · `);
  if (right === undefined) {
    claim.className = 'proof';
    claim.textContent = 'exact';
  } else {
    claim.className = right === found ? 'proof' : 'doubt';
    claim.textContent = `here ${right} of the true ${found}`;
  }
  return [name, claim];
}
