// A worker as workerd runs it: the same work as everywhere, and what the platform says of compiling bytes.
import bytesOfIndex from 'index.bin';
import bytesOfKernels from 'kernels.bin';
import { firstResult } from '../first-result.js';
import { smoke } from '../smoke.js';

const ROUTES = {
  '/smoke': smoke,
  '/nothing': () => null,
  '/first-result': () => firstResult(bytesOfIndex, new Float32Array(100).fill(1)),
  '/compile': async () => ({
    isValid: WebAssembly.validate(bytesOfKernels),
    refusals: [
      messageOf(() => new WebAssembly.Module(bytesOfKernels)),
      await WebAssembly.compile(bytesOfKernels).then(String, String),
    ],
  }),
};

function messageOf(run) {
  try {
    return String(run());
  } catch (error) {
    return String(error);
  }
}

export default {
  fetch: async ({ url }) => Response.json(await ROUTES[new URL(url).pathname]()),
};
