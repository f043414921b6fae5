import type { Subcommand } from './answer.ts';
export const bench: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
