import { LabelNames, type Names, RowNumbers } from './names.ts';

/** The names in a text file: a line is the name of a row. @throws Error where there are not as many lines as rows */
export function readLabels(file: string, text: string, rows: number): Names {
  const labels = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (labels.length === rows) return new LabelNames(labels);
  throw new Error(
    `${file} has ${labels.length} lines for ${rows} rows. It needs one label a row, in the rows' order.`,
  );
}

/** Names as text, for keeping; empty where rows go by number. */
export function labelText(names: Names): string {
  return names instanceof LabelNames ? names.labels.join('\n') : '';
}

/** Names from the text that was kept. */
export function namesFrom(text: string, rows: number): Names {
  return text === '' ? new RowNumbers(rows) : readLabels('The kept file', text, rows);
}
