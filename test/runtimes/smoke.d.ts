import type { Capabilities } from 'lanewise';

/** What the same work gave in one runtime. */
export interface SmokeReport {
  /** 64 bits a hash: answers (ids, then scores) and saved bytes, by name. Equal in every runtime and tier. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly capabilities: Capabilities;
  /** Whether compressed files are read; where not, the error says so. */
  readonly inflates: boolean;
}

export function smoke(): Promise<SmokeReport>;
