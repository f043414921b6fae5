#!/usr/bin/env node
import { main } from './main.ts';

// A reader such as `head` may close the pipe before all is printed.
process.stdout.on('error', () => process.exit());

main(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
