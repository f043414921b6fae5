import type { FileTensor } from '../format/index-file.ts';
import type { SafetensorsDtype, TensorSpec } from '../format/safetensors.ts';
import { Arena } from '../host/arena.ts';
import { Checksum } from '../host/checksum.ts';
import { BLOCK_ROWS, type PlaneLayout } from '../vectors/segment.ts';
import type { VectorStore } from '../vectors/store.ts';

/** Bytes copied and hashed at a time: they stay in the second-level cache. */
const CHUNK_BYTES = 256 << 10;

/** One array of every segment, as a tensor of the whole: where it stands, and how many bytes some rows take. */
interface RowTensor extends TensorSpec {
  /** Bytes from the start of a segment. */
  readonly offset: number;
  readonly bytesOf: (rows: number) => number;
  /** Whether rows are padded in memory and not in the file. */
  readonly isPadded: boolean;
}

/** The tensors of `rows` rows laid out as in `store`. */
export function rowTensors(store: VectorStore, rows: number): FileTensor[] {
  return layOutRows(store, rows).map((tensor) => ({
    ...tensor,
    save: (target) => saveTensor(store, tensor, rows, target),
    load: (source) => loadTensor(store, tensor, rows, source),
  }));
}

function layOutRows(store: VectorStore, rows: number): RowTensor[] {
  const { layout, dimensions } = store;
  const perRow = (name: string, dtype: SafetensorsDtype, offset: number): RowTensor => ({
    name,
    dtype,
    shape: [rows],
    offset,
    bytesOf: (count) => 4 * count,
    isPadded: false,
  });
  const plane = (name: string, placed: PlaneLayout | undefined): RowTensor[] => {
    if (!placed) return [];
    const { blocks, scales, errors, corrections, blockBytes } = placed;
    return [
      {
        name,
        dtype: 'I8',
        shape: [Math.ceil(rows / BLOCK_ROWS), blockBytes / (4 * BLOCK_ROWS), BLOCK_ROWS, 4],
        offset: blocks,
        bytesOf: (count) => Math.ceil(count / BLOCK_ROWS) * blockBytes,
        isPadded: false,
      },
      perRow(`${name}.scales`, 'F32', scales),
      perRow(`${name}.errors`, 'F32', errors),
      perRow(`${name}.corrections`, 'I32', corrections),
    ];
  };
  const vectors: RowTensor = {
    name: 'vectors',
    dtype: 'F32',
    shape: [rows, dimensions],
    offset: layout.rows,
    bytesOf: (count) => 4 * dimensions * count,
    isPadded: layout.stride !== 4 * dimensions,
  };
  return [
    vectors,
    perRow('norms', 'F32', layout.norms),
    perRow('ids', 'I32', layout.ids),
    ...plane('codes', layout.codes),
    ...plane('nibbles', layout.nibbles),
  ];
}

/** Copies a tensor of `rows` rows out of the segments into `target`; returns its checksum. */
function saveTensor(store: VectorStore, tensor: RowTensor, rows: number, target: Uint8Array): string {
  const { memory } = store.runtime;
  return transfer(store, tensor, rows, {
    beforePiece: (address, at, bytes) => target.set(memory.u8.subarray(address, address + bytes), at),
    beforeSegment: (segment, count, packed) => movePadded(store, segment, count, packed, 'pack'),
  });
}

/** Copies a tensor of `rows` rows from `source` into the segments; returns the checksum of what was copied. */
function loadTensor(store: VectorStore, tensor: RowTensor, rows: number, source: Uint8Array): string {
  const { memory } = store.runtime;
  return transfer(store, tensor, rows, {
    beforePiece: (address, at, bytes) => memory.u8.set(source.subarray(at, at + bytes), address),
    afterSegment: (segment, count, packed) => movePadded(store, segment, count, packed, 'unpack'),
  });
}

/** What happens on the way through a tensor. Padded rows pass through a packed buffer, segment by segment. */
interface Steps {
  /** Copies `bytes` bytes at `at` of the file to or from `address`, ahead of hashing them there. */
  readonly beforePiece: (address: number, at: number, bytes: number) => void;
  readonly beforeSegment?: (segment: number, rows: number, packed: number) => void;
  readonly afterSegment?: (segment: number, rows: number, packed: number) => void;
}

function transfer(store: VectorStore, tensor: RowTensor, rows: number, steps: Steps): string {
  const { runtime, layout, segments } = store;
  const { rowsPerSegment } = layout;
  const buffers = new Arena(runtime.memory);
  try {
    const packed = tensor.isPadded ? buffers.allocate(tensor.bytesOf(rowsPerSegment)) : 0;
    const checksum = new Checksum(runtime, buffers);
    for (let first = 0, at = 0; first < rows; first += rowsPerSegment) {
      const segment = segments[first / rowsPerSegment]!;
      const count = Math.min(rowsPerSegment, rows - first);
      const bytes = tensor.bytesOf(count);
      const address = packed || segment + tensor.offset;
      if (packed) steps.beforeSegment?.(segment, count, packed);
      for (let done = 0; done < bytes; done += CHUNK_BYTES) {
        const piece = Math.min(CHUNK_BYTES, bytes - done);
        steps.beforePiece(address + done, at + done, piece);
        checksum.update(address + done, piece);
      }
      if (packed) steps.afterSegment?.(segment, count, packed);
      at += bytes;
    }
    return checksum.digest();
  } finally {
    buffers.release();
  }
}

/** Copies the rows of a segment without their padding into `packed`, or back. */
function movePadded(
  { layout, dimensions, runtime }: VectorStore,
  segment: number,
  rows: number,
  packed: number,
  direction: 'pack' | 'unpack',
): void {
  const { f32 } = runtime.memory;
  for (let row = 0; row < rows; row++) {
    const inSegment = (segment + layout.rows + row * layout.stride) / 4;
    const inPacked = packed / 4 + row * dimensions;
    const [from, to] = direction === 'pack' ? [inSegment, inPacked] : [inPacked, inSegment];
    f32.copyWithin(to, from, from + dimensions);
    if (direction === 'unpack') f32.fill(0, to + dimensions, to + layout.stride / 4);
  }
}
