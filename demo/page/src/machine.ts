import { capabilities } from 'lanewise/search';
import { byId, html } from './dom.ts';
import { formatBytes } from './numbers.ts';

/** What the kernels run on, in the head of the page. */
export function showMachine(): void {
  const { tier, threads, isolation, processors, memory } = capabilities();
  const facts: readonly (readonly [string, string, string])[] = [
    ['kernels', tier, 'SIMD tier: relaxed has single-instruction 8-bit dot products'],
    [
      'isolated',
      isolation ? 'yes' : 'no',
      'cross-origin isolation: a fine clock, and memory that threads may share',
    ],
    ['threads', threads ? String(processors ?? 'yes') : 'not shared', 'processors that could share memory'],
    [
      'memory',
      `${formatBytes(memory.bytesInUse)} of ${formatBytes(memory.bytesReserved)}`,
      'linear memory of this thread: in use, and reserved',
    ],
  ];
  byId('machine').replaceChildren(
    ...facts.map(([term, value, title]) =>
      html('div', { title }, html('dt', {}, term), html('dd', { 'data-fact': term }, value)),
    ),
  );
}
