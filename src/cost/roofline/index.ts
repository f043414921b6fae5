export { curve } from './curve.ts';
export { fusion } from './fusion.ts';
export { hardware } from './hardware.ts';
export { attention, dot, elementwise, embedding, matmul, matvec, softmax } from './operations.ts';
export { attainable, bound, intensity, place, ridge, time, utilization } from './roofs.ts';
export { transferTime } from './transfer.ts';
