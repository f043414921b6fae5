import { readNpy } from 'lanewise/format';
import vectorsUrl from '../../data/glove-40k.npy?url';
import labelsUrl from '../../data/glove-40k.txt?url';
import type { Collection } from './collection.ts';
import { LabelNames } from './names.ts';

/** Told while files arrive: bytes so far, and of how many, where the server says. */
export type Arrival = (bytes: number, total: number | undefined) => void;

async function fetchBytes(url: string, onArrival: Arrival): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`${url} could not be fetched: ${response.status}`);
  const announced = Number(response.headers.get('content-length')) || undefined;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    length += piece.value.length;
    onArrival(length, announced);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** The demo's words: fetched from where the page came from. */
export async function fetchWords(onArrival: Arrival): Promise<Collection> {
  const [vectors, labels] = await Promise.all([
    fetchBytes(vectorsUrl, onArrival),
    fetch(labelsUrl).then((response) => response.text()),
  ]);
  const { shape, data } = readNpy(vectors);
  const [rows, dimensions] = shape as readonly [number, number];
  return {
    title: 'GloVe words',
    names: new LabelNames(labels.trimEnd().split('\n')),
    metric: 'cosine',
    rows,
    dimensions,
    data: data as Float32Array<ArrayBuffer>,
  };
}
