import type { Runtime, Tier } from './kernels.ts';
import type { MemoryStatistics } from './memory.ts';

/** What this runtime offers, and which kernels run in it. */
export interface Capabilities {
  /** The kernels in use: `relaxed` has single-instruction 8-bit dot products. Results are the same bits in both. */
  readonly tier: Tier;
  /** Whether threads could share memory: isolated in a browser, always in Node, Deno and Bun, never in edge runtimes. */
  readonly threads: boolean;
  /** `crossOriginIsolated`, where the runtime knows the term. */
  readonly isolation: boolean | undefined;
  /** Logical processors, where the runtime tells. */
  readonly processors: number | undefined;
  /** Linear memory, in bytes. */
  readonly memory: MemoryStatistics;
}

/** What the runtime offers in which these kernels are loaded. */
export function capabilitiesOf({ tier, memory }: Runtime): Capabilities {
  // A shared memory can be constructed without isolation, and then not be posted: isolation is what counts.
  const isolation = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return {
    tier,
    threads: typeof SharedArrayBuffer !== 'undefined' && isolation !== false && hasWorkers(),
    isolation,
    processors: globalThis.navigator?.hardwareConcurrency,
    memory: memory.statistics,
  };
}

/** Node has workers, but no global of that name; workerd has neither, though it may pass for Node where asked to. */
function hasWorkers(): boolean {
  const { process, navigator } = globalThis as { process?: NodeJS.Process; navigator?: Navigator };
  if (typeof Worker !== 'undefined') return true;
  return process?.versions?.node !== undefined && navigator?.userAgent !== 'Cloudflare-Workers';
}
