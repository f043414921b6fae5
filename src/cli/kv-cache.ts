import type { Subcommand } from './answer.ts';
export const kvCache: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
