import type { Subcommand } from './answer.ts';
export const plan: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
