export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export type { LongCallOptions, Progress } from '../host/progress.ts';
export { FileStore } from './file-store.ts';
export { type Fetch, HttpStore, type HttpStoreOptions } from './http-store.ts';
export { manifestOf } from './manifest.ts';
export type { Parts, Store, StoredEntry, StoredFile } from './store.ts';
