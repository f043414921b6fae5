import type { Options } from '../options.ts';

export async function showRetrieval(options: Options): Promise<void> {}
