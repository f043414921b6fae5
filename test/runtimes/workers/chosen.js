// A worker that chooses its kernels itself.
import { setup } from 'lanewise';
import module from 'lanewise/kernels/simd.wasm?module';
import { smoke } from '../smoke.js';

setup({ module, tier: 'simd' });

export default { fetch: async () => Response.json(await smoke()) };
