import type { Subcommand } from './answer.ts';
export const queue: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
