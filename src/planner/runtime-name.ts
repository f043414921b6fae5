/** What runs this code, and its version, as it calls itself: 'Node 24.1.0', 'Chrome 140', 'Firefox 128'. */
export function runtimeName(): string {
  const { process, navigator } = globalThis as {
    process?: { readonly versions?: Readonly<Record<string, string | undefined>> };
    navigator?: { readonly userAgent?: string };
  };
  const versions = process?.versions ?? {};
  const agent = navigator?.userAgent ?? '';
  if (versions['bun']) return `Bun ${versions['bun']}`;
  if (versions['deno']) return `Deno ${versions['deno']}`;
  const browser = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(agent);
  if (browser && agent.startsWith('Mozilla/'))
    return `${browser[1] === 'Version' ? 'Safari' : browser[1]} ${browser[2]}`;
  if (versions['node']) return `Node ${versions['node']}`;
  return agent || 'unknown runtime';
}
