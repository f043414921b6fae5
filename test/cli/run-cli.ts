import { main } from '../../src/cli/main.ts';

/** What a run of the program printed, and its exit code. */
export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line within this process. */
export async function runCli(...commandLine: readonly string[]): Promise<CliRun> {
  let [stdout, stderr] = ['', ''];
  const exitCode = await main(commandLine, {
    print: (text) => {
      stdout += text;
    },
    warn: (text) => {
      stderr += text;
    },
  });
  return { exitCode, stdout, stderr };
}
