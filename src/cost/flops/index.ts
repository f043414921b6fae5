export { type AttentionOperations, type AttentionShape, attention } from './attention.ts';
export {
  type ConvolutionOperations,
  type ConvolutionShape,
  conv2d,
  depthwiseSeparable,
  type Im2colShape,
  type Im2colSize,
  im2col,
  type SeparableOperations,
  type SeparableShape,
  type WindowExtent,
  type WindowShape,
} from './convolution.ts';
export { type DecodeOperations, type DecodeShape, decodeStep } from './decode.ts';
export {
  type ActivationName,
  type ActivationShape,
  activation,
  type BatchNormShape,
  batchNorm,
  layerNorm,
  type NormShape,
  rmsNorm,
  type SoftmaxShape,
  softmax,
} from './elementwise.ts';
export {
  type DenseOperations,
  type DenseShape,
  type DotShape,
  dense,
  dot,
  type MatmulShape,
  type MatvecShape,
  type MlpOperations,
  type MlpShape,
  matmul,
  matvec,
  mlp,
} from './linear.ts';
export {
  type KnownTransformer,
  models,
  type TransformerModel,
  type TransformerName,
  type TransformerParameters,
  type TransformerShape,
} from './models.ts';
export type { ElementwiseOperations, Operations } from './operations.ts';
export { gruStep, lstmStep, type RecurrentShape, rnnStep } from './recurrent.ts';
export {
  type TrainingShape,
  type TrainingStepOperations,
  type TrainingStepShape,
  training,
  trainingStep,
} from './training.ts';
export {
  type CrossoverLengths,
  crossover,
  parameters,
  type SequenceShape,
  type TransformerOperations,
  type TransformerParts,
  transformer,
} from './transformer.ts';
