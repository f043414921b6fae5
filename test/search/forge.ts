import { xxhash64 } from 'hash-wasm';

/** A saved index taken apart: what its header says, and the bytes of each tensor. */
export interface Parts {
  readonly metadata: Record<string, string>;
  readonly tensors: { name: string; dtype: string; shape: number[]; data: Uint8Array }[];
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Bytes of the header of a safetensors file, with its length in front. */
export function headerBytes(file: Uint8Array): number {
  return 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
}

/** Takes a file apart by the description of its format, without the code under test. */
function takeApart(file: Uint8Array): Parts {
  const start = headerBytes(file);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start))) as Record<string, Entry>;
  const { __metadata__: metadata, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      return { name, dtype, shape, data: file.slice(start + begin, start + end) };
    },
  );
  return { metadata: metadata as unknown as Record<string, string>, tensors };
}

/** Puts a file together again, as an attacker who knows the format would. */
function putTogether({ metadata, tensors }: Parts): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, data } of tensors) {
    header[name] = { dtype, shape, data_offsets: [end, end + data.length] };
    end += data.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of tensors) {
    file.set(data, at);
    at += data.length;
  }
  return file;
}

/** The tensor of a name. */
export function tensorOf({ tensors }: Parts, name: string): Parts['tensors'][number] {
  const found = tensors.find((tensor) => tensor.name === name);
  if (!found) throw new Error(`No tensor ${name}.`);
  return found;
}

/** The file with some parts changed and its checksums made to fit. */
export async function forge(file: Uint8Array, change: (parts: Parts) => void): Promise<Uint8Array> {
  const parts = takeApart(file);
  const before = parts.metadata['xxh64'];
  change(parts);
  if (parts.metadata['xxh64'] === before) {
    const checksums: Record<string, string> = {};
    for (const { name, data } of parts.tensors) checksums[name] = await xxhash64(data);
    parts.metadata['xxh64'] = JSON.stringify(checksums);
  }
  return putTogether(parts);
}
