/** Counters that walk the loops of a network's layer and count the multiply-adds one by one. */

export interface NaiveConvolution {
  readonly height: number;
  readonly width: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Slides a window over an image with its zeros, place by place. */
export function walkConvolution(shape: NaiveConvolution): { macs: number; height: number; width: number } {
  const rows = placesOf(shape.height, shape.kernel[0], shape.stride[0], shape.padding[0], shape.dilation[0]);
  const columns = placesOf(
    shape.width,
    shape.kernel[1],
    shape.stride[1],
    shape.padding[1],
    shape.dilation[1],
  );
  let macs = 0;
  for (let place = 0; place < rows * columns; place++) {
    for (let output = 0; output < shape.outputChannels; output++) {
      const group = Math.floor((output * shape.groups) / shape.outputChannels);
      for (let input = 0; input < shape.inputChannels; input++) {
        if (Math.floor((input * shape.groups) / shape.inputChannels) !== group) continue;
        for (let tap = 0; tap < shape.kernel[0] * shape.kernel[1]; tap++) macs++;
      }
    }
  }
  return { macs, height: rows, width: columns };
}

/** Places at which a window of taps lies within the padded extent. */
function placesOf(extent: number, kernel: number, stride: number, padding: number, dilation: number): number {
  let places = 0;
  for (let start = -padding; start + (kernel - 1) * dilation < extent + padding; start += stride) places++;
  return places;
}

export interface NaiveAttention {
  readonly tokens: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDimension: number;
  readonly width: number;
  readonly causal: boolean;
}

/** Projects every token, lets every pair that may meet meet, and projects back. */
export function walkAttention(shape: NaiveAttention): {
  query: number;
  key: number;
  scores: number;
  weighted: number;
  output: number;
} {
  const macs = { query: 0, key: 0, scores: 0, weighted: 0, output: 0 };
  for (let token = 0; token < shape.tokens; token++) {
    for (let head = 0; head < shape.kvHeads; head++) {
      for (let i = 0; i < shape.headDimension; i++) {
        for (let j = 0; j < shape.width; j++) macs.key++;
      }
    }
    for (let head = 0; head < shape.heads; head++) {
      for (let i = 0; i < shape.headDimension; i++) {
        for (let j = 0; j < shape.width; j++) {
          macs.query++;
          macs.output++;
        }
        for (let other = 0; other < shape.tokens; other++) {
          if (shape.causal && other > token) continue;
          macs.scores++;
          macs.weighted++;
        }
      }
    }
  }
  return macs;
}

/** One step of a recurrent layer with so many gates, counted where W x + U h is summed. */
export function walkRecurrentStep(inputs: number, hidden: number, gates: number): number {
  let macs = 0;
  for (let gate = 0; gate < gates; gate++) {
    for (let unit = 0; unit < hidden; unit++) {
      for (let i = 0; i < inputs; i++) macs++;
      for (let i = 0; i < hidden; i++) macs++;
    }
  }
  return macs;
}
