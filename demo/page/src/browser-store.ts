import { IndexedDbStore, LanewiseError, OpfsStore, type Store } from 'lanewise/store';

const FOLDER = 'lanewise-page';

let opened: Promise<Store> | undefined;

/** Where the page keeps files in this browser: its private file system, or a database where there is none. */
export function browserStore(): Promise<Store> {
  opened ??= OpfsStore.open(FOLDER).catch((error: unknown) => {
    const isRefused = error instanceof LanewiseError && ['UNSUPPORTED', 'STORE_FAILED'].includes(error.code);
    if (!isRefused) throw error;
    return IndexedDbStore.open(FOLDER);
  });
  return opened;
}
