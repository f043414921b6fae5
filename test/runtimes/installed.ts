import { existsSync } from 'node:fs';

/** A program that the package is proven in, and how to get it where it is missing. */
export interface Program {
  readonly name: string;
  /** Where it stands, if it is installed. */
  readonly path: string | undefined;
  readonly install: string;
}

const ROOT = new URL('../../', import.meta.url).pathname;

function fromNpm(name: string, file: string): Program {
  const path = `${ROOT}.ci/runtimes/node_modules/${file}`;
  return {
    name,
    path: existsSync(path) ? path : undefined,
    install: 'npm ci --prefix .ci/runtimes --ignore-scripts',
  };
}

/** A browser: where the environment says, or where Debian puts it. */
function fromDebian(name: string, variable: string, paths: readonly string[]): Program {
  const path = process.env[variable] ?? paths.find(existsSync);
  return { name, path, install: `apt-get install ${name}, or set ${variable} to its path` };
}

/** WebKitGTK's browser, where its driver and a screen for it are installed too. */
function webkitFromDebian(): Program {
  const hasAll = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'].every(existsSync);
  const path = ['4.1', '4.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);
  return {
    name: 'WebKitGTK',
    path: hasAll ? path.find(existsSync) : undefined,
    install: 'apt-get install webkit2gtk-driver xvfb',
  };
}

type ProgramName =
  | 'node20'
  | 'node22'
  | 'node24'
  | 'deno'
  | 'bun'
  | 'workerd'
  | 'chromium'
  | 'firefox'
  | 'webkit';

export const programs: Readonly<Record<ProgramName, Program>> = {
  node20: fromNpm('Node 20', 'node20/bin/node'),
  node22: fromNpm('Node 22', 'node22/bin/node'),
  node24: fromNpm('Node 24', 'node24/bin/node'),
  deno: fromNpm('Deno', '@deno/linux-x64-glibc/deno'),
  bun: fromNpm('Bun', '@oven/bun-linux-x64/bin/bun'),
  workerd: fromNpm('workerd', '@cloudflare/workerd-linux-64/bin/workerd'),
  chromium: fromDebian('chromium', 'LANEWISE_CHROMIUM', ['/usr/bin/chromium', '/usr/bin/google-chrome']),
  firefox: fromDebian('firefox-esr', 'LANEWISE_FIREFOX', ['/usr/bin/firefox-esr', '/usr/bin/firefox']),
  webkit: webkitFromDebian(),
};

/** Whether a missing program fails the tests instead of skipping them (LANEWISE_RUNTIMES=all, as CI sets). */
const REQUIRED = process.env['LANEWISE_RUNTIMES'] === 'all';

/** For `test.skipIf`: true, after telling how to install it, where a program is missing and may be. */
export function isMissing({ name, path, install }: Program): boolean {
  if (path !== undefined) return false;
  if (REQUIRED) throw new Error(`${name} is not installed: ${install}`);
  console.warn(`Skipped: ${name} is not installed. To run these tests: ${install}`);
  return true;
}
