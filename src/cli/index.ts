#!/usr/bin/env node
import { main } from './main.ts';

// A reader such as `head` may close the pipe before all is printed; what cannot be printed otherwise is no success.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit();
  process.stderr.write(`lanewise: cannot print: ${message}\n`);
  process.exit(2);
});
process.stderr.on('error', () => {});

main(process.argv.slice(2), {
  print: (text) => void process.stdout.write(text),
  warn: (text) => void process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
