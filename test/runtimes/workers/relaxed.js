// A worker that chooses its kernels itself.
import { setup } from 'lanewise';
import module from 'lanewise/kernels/relaxed.wasm';
import { smoke } from '../smoke.js';

setup({ module, tier: 'relaxed' });

export default { fetch: async () => Response.json(await smoke()) };
