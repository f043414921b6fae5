// Windows: the documents of a segment in runs of 2048, which are searched one after the other.
//
// A term with many postings has a table of them, so that a window is entered, bounded or passed over without a look at its
// postings (document-oriented block maxima: Dimopoulos, Nepomnyachiy and Suel, WSDM 2013).
//
//   table   +0 stamp u32   +8 a window: +0 first posting u32  +4 largest impact f32;  one more, whose first posting is the end
//
// The largest impacts are those of the average length that the stamp stands for. A pass over the term's postings renews them
// in the first search after it has changed.

/** Documents of a window, as a shift. */
export const WINDOW_SHIFT: u32 = 11;

/** Postings from which a term has a table: fewer are looked through in a search. */
export const FREQUENT: u32 = 256;

function windowsOf(documents: u32): u32 {
  return (documents + ((<u32>1) << WINDOW_SHIFT) - 1) >> WINDOW_SHIFT;
}

export function tableBytes(documents: u32): u32 {
  return 16 + (windowsOf(documents) << 3);
}

/** Finds where each window's postings begin. */
export function fillTable(table: usize, documents: u32, postings: usize, from: u32, to: u32): void {
  const windows = windowsOf(documents);
  store<u32>(table, 0);
  let at = from;
  for (let window: u32 = 0; window < windows; window++) {
    store<u32>(table + ((<usize>window) << 3), at, 8);
    const end = (window + 1) << WINDOW_SHIFT;
    while (at < to && (load<u32>(postings + ((<usize>at) << 2)) & 0xffff) < end) at++;
  }
  store<u32>(table + ((<usize>windows) << 3), to, 8);
}

/** Renews the largest impacts of a table unless its stamp is right. */
export function renewTable(table: usize, documents: u32, postings: usize, impacts: usize, stamp: u32): void {
  if (load<u32>(table) === stamp) return;
  const windows = windowsOf(documents);
  for (let window: u32 = 0; window < windows; window++) {
    const entry = table + 8 + ((<usize>window) << 3);
    const from = postings + ((<usize>load<u32>(entry)) << 2);
    const to = postings + ((<usize>load<u32>(entry, 8)) << 2);
    store<f32>(entry, largestImpact(from, to, impacts), 4);
  }
  store<u32>(table, stamp);
}

/** The largest impact of the postings from..to, addresses. */
export function largestImpact(from: usize, to: usize, impacts: usize): f32 {
  let largest: f32 = 0;
  for (let at = from; at < to; at += 4) {
    const impact = load<f32>(impacts + ((<usize>(load<u32>(at) >> 16)) << 2));
    if (impact > largest) largest = impact;
  }
  return largest;
}
