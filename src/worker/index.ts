export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export { openThread, type Thread, type ThreadOptions } from './open.ts';
export type { WorkerLike } from './port.ts';
export type { Kinds, Remote, RemoteTuning, SavedKind, TransferOptions } from './remote.ts';
