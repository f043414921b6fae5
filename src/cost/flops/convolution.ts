import { LanewiseError } from '../../host/errors.ts';
import { checkDivides, given } from '../options.ts';
import { checkCount, finite } from '../quantity.ts';
import { type Operations, operations, product } from './operations.ts';

/** One number for both directions, or [vertical, horizontal]. */
export type WindowExtent = number | readonly [number, number];

/** A window that slides over an image. */
export interface WindowShape {
  /** Of the input, pixels. */
  readonly height: number;
  readonly width: number;
  /** Of the window, pixels. */
  readonly kernel: WindowExtent;
  /** Pixels from one place to the next. @default 1 */
  readonly stride?: WindowExtent;
  /** Zeros on each side. @default 0 */
  readonly padding?: WindowExtent;
  /** Pixels from one tap of the window to the next. @default 1 */
  readonly dilation?: WindowExtent;
}

/** A convolution from channels to channels, apart from groups. */
export interface SeparableShape extends WindowShape {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Images. @default 1 */
  readonly batch?: number;
}

/** A convolution. */
export interface ConvolutionShape extends SeparableShape {
  /** Parts of the channels which do not see one another. @default 1 */
  readonly groups?: number;
}

/** A convolution's work, output and size. */
export interface ConvolutionOperations extends Operations {
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** Weights and a bias an output channel. */
  readonly parameters: number;
}

/** A depthwise convolution and a pointwise one, in place of a plain one. */
export interface SeparableOperations extends ConvolutionOperations {
  readonly depthwise: ConvolutionOperations;
  readonly pointwise: ConvolutionOperations;
  /** MACs of both over those of the plain convolution: 1 / outputChannels + 1 / taps of the kernel. */
  readonly ratio: number;
}

/** An image whose windows become columns of a matrix. */
export interface Im2colShape extends WindowShape {
  /** @default 1 */
  readonly channels?: number;
}

/** The matrix of windows. */
export interface Im2colSize {
  /** Values of a window: taps x channels. */
  readonly rows: number;
  /** Windows: pixels of the output. */
  readonly columns: number;
  /** Values of the matrix over values of the image. */
  readonly expansion: number;
}

/**
 * A convolution: each of the output's values is an inner product over the kernel and the input channels of its group;
 * batch x outputHeight x outputWidth x outputChannels x taps x inputChannels / groups MACs. Those with padding's zeros count,
 * as in all published figures. The output is floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 pixels.
 * Source: Dumoulin and Visin 2016, relationship 15; arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for a window beyond the padded image or groups that do not divide the channels;
 *   `OVERFLOW`
 * @example
 * flops.conv2d({ height: 28, width: 28, inputChannels: 1, outputChannels: 32, kernel: 3, padding: 1 }).macs; // 225792
 */
export function conv2d(shape: ConvolutionShape): ConvolutionOperations {
  const { inputChannels, outputChannels, groups = 1, batch = 1 } = given(shape);
  const { outputHeight, outputWidth, taps } = slide(shape);
  checkDivides(
    'groups',
    checkCount('groups', groups),
    'outputChannels',
    checkCount('outputChannels', outputChannels),
  );
  const seen = checkDivides('groups', groups, 'inputChannels', checkCount('inputChannels', inputChannels));
  const weights = outputChannels * taps * seen;
  return {
    ...operations(outputHeight * outputWidth * weights * checkCount('batch', batch)),
    outputHeight,
    outputWidth,
    parameters: weights + outputChannels,
  };
}

/**
 * A depthwise separable convolution: the window over each channel by itself, then 1 x 1 from channels to channels.
 * Source: Howard et al. 2017 (MobileNets), section 3.1.
 *
 * @throws LanewiseError as `conv2d`
 */
export function depthwiseSeparable(shape: SeparableShape): SeparableOperations {
  const { inputChannels, outputChannels, batch = 1 } = given(shape);
  const plain = conv2d({ ...shape, groups: 1 });
  const depthwise = conv2d({ ...shape, outputChannels: inputChannels, groups: inputChannels });
  const { outputHeight, outputWidth } = depthwise;
  const image = { height: outputHeight, width: outputWidth, kernel: 1, batch };
  const pointwise = conv2d({ ...image, inputChannels, outputChannels });
  const macs = depthwise.macs + pointwise.macs;
  return {
    ...operations(macs),
    outputHeight,
    outputWidth,
    parameters: depthwise.parameters + pointwise.parameters,
    depthwise,
    pointwise,
    ratio: macs / plain.macs,
  };
}

/**
 * The matrix that turns a convolution into one product of matrices: a column a window. Source: Chellapilla, Puri and Simard
 * 2006, section 2.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for a window beyond the padded image
 * @example
 * flops.im2col({ height: 224, width: 224, kernel: 3, padding: 1 }); // { rows: 9, columns: 50176, expansion: 9 }
 */
export function im2col(shape: Im2colShape): Im2colSize {
  const { height, width, channels = 1 } = given(shape);
  const { outputHeight, outputWidth, taps } = slide(shape);
  const columns = finite('columns', outputHeight * outputWidth);
  return {
    rows: finite('rows', taps * checkCount('channels', channels)),
    columns,
    expansion: finite('the expansion', (taps * columns) / product({ height, width })),
  };
}

function slide(shape: WindowShape): { outputHeight: number; outputWidth: number; taps: number } {
  const { height, width, stride = 1, padding = 0, dilation = 1 } = shape;
  const kernel = pair('kernel', shape.kernel);
  const strides = pair('stride', stride);
  const paddings = pair('padding', padding, 0);
  const dilations = pair('dilation', dilation);
  const [outputHeight, outputWidth] = [checkCount('height', height), checkCount('width', width)].map(
    (size, i) => {
      const room = size + 2 * paddings[i]! - dilations[i]! * (kernel[i]! - 1) - 1;
      if (room >= 0) return Math.floor(room / strides[i]!) + 1;
      const side = i === 0 ? 'height' : 'width';
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `The kernel, ${size + 2 * paddings[i]! - room} pixels with its dilation, is beyond the padded ${side}, ` +
          `${size + 2 * paddings[i]!}. Take a smaller kernel or more padding.`,
        { expected: size + 2 * paddings[i]!, got: kernel[i]! },
      );
    },
  );
  return { outputHeight: outputHeight!, outputWidth: outputWidth!, taps: kernel[0] * kernel[1] };
}

function pair(name: string, extent: WindowExtent, least = 1): readonly [number, number] {
  const [vertical, horizontal] = Array.isArray(extent) ? extent : [extent, extent];
  return [checkCount(name, vertical, least), checkCount(name, horizontal, least)];
}
