/**
 * Makes debian-packages.tsv.br and debian-depends.mtx.br from a folder with
 *
 * - debian_packages.jsonl: {"package": name, "text": synopsis} on each line, names ascending;
 * - debian_depends.mtx: a Matrix Market pattern, (i, j) where the package of line i depends on that of line j:
 *   the first alternative of each of its Depends and Pre-Depends.
 *
 *     node --import tsx demo/data/make-packages.ts <folder>
 *
 * Both come from the Packages files of Debian's archive; LICENSE.md says which.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { readMatrixMarket, writeMatrixMarket } from 'lanewise';

/** The source describes these two as another archive builds them; Debian's own words instead. */
const DEBIAN_SYNOPSES: ReadonlyMap<string, string> = new Map([
  ['nodejs', 'evented I/O for V8 javascript - runtime executable'],
  ['osslsigncode', 'Authenticode signing tool'],
]);

interface SourceLine {
  readonly package: string;
  readonly text: string;
}

function tableOf(jsonLines: string): string {
  const lines = jsonLines.trimEnd().split('\n');
  const rows = lines.map((line): string => {
    const { package: name, text }: SourceLine = JSON.parse(line);
    const synopsis = DEBIAN_SYNOPSES.get(name) ?? text;
    return `${name}\t${synopsis.replace(/\s+/g, ' ').trim()}\n`;
  });
  return rows.join('');
}

/** The same bytes of every run, as long as the Brotli library is the same. */
function save(name: string, content: Uint8Array): void {
  const compressed = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  writeFileSync(join(import.meta.dirname, name), compressed);
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node --import tsx demo/data/make-packages.ts <folder of the two source files>');
  process.exit(2);
}
const table = tableOf(readFileSync(join(folder, 'debian_packages.jsonl'), 'utf8'));
const links = readMatrixMarket(readFileSync(join(folder, 'debian_depends.mtx')));
save('debian-packages.tsv.br', Buffer.from(table));
save('debian-depends.mtx.br', writeMatrixMarket(links));
