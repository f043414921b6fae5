export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export type { LongCallOptions, Progress } from '../host/progress.ts';
export { FileStore } from './file-store.ts';
export { type Fetch, HttpStore, type HttpStoreOptions } from './http-store.ts';
export { IndexedDbStore } from './indexed-db-store.ts';
export { manifestOf } from './manifest.ts';
export { OpfsStore } from './opfs-store.ts';
export type { Parts, Store, StoredEntry, StoredFile } from './store.ts';
