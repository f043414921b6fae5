import type { Subcommand } from './answer.ts';
export const calibrate: Subcommand<object> = { configure() {}, run: () => ({ text: '', json: {} }) };
