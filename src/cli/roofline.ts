import type { Subcommand } from './answer.ts';
export const roofline: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
