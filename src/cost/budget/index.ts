export { transferTime as loadingTime } from '../roofline/transfer.ts';
export { breakEven, retraining } from './break-even.ts';
export { candidates, cells, latency } from './latency.ts';
export { inference, ownership, storage, training } from './money.ts';
