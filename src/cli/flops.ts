import type { Subcommand } from './answer.ts';
export const flops: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
