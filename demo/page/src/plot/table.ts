import { html } from '../dom.ts';

/** A table of what a chart shows, for those who would rather read it. */
export function tableOf(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLTableElement {
  const body = rows.map((cells) =>
    html(
      'tr',
      {},
      ...cells.map((cell, column) =>
        html(column === 0 ? 'th' : 'td', { scope: column === 0 && 'row' }, cell),
      ),
    ),
  );
  return html(
    'table',
    {},
    html('caption', { class: 'visually-hidden' }, caption),
    html('thead', {}, html('tr', {}, ...head.map((text) => html('th', { scope: 'col' }, text)))),
    html('tbody', {}, ...body),
  );
}
