import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { environment } from './packed.ts';
import type { Server } from './server.ts';

/** Starts a program that serves, and resolves once it prints its address. */
export async function startService(
  program: string,
  parameters: readonly string[],
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const process = spawn(program, parameters, {
    cwd: folder,
    env: { ...environment(folder), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer): void => {
      printed += chunk;
      // The address is whole when something follows it.
      const address = /(http:\/\/[\w.]+:\d+)\/?\s/.exec(printed);
      if (address) resolve(address[1]!);
    };
    process.stdout.on('data', read);
    process.stderr.on('data', read);
    process.on('error', reject);
    process.on('close', () => reject(new Error(`${program} ended before it served: ${printed}`)));
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(process, 'close');
      if (process.exitCode === null && process.kill()) await ended;
    },
  };
}
