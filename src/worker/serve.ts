import { LanewiseError } from '../host/errors.ts';
import { listen, nodeThreads, type Port } from './port.ts';
import { Service } from './service.ts';

/**
 * Makes a worker serve `openThread({ worker })`. What else it listens to and posts is left alone.
 *
 * @throws LanewiseError `WORKER_FAILED` anywhere but in a worker
 */
export function serve(): void {
  const port = parent();
  const service = new Service((message, buffers) => port.postMessage(message, buffers));
  listen(port, 'message', (message) => service.receive(message));
  listen(port, 'messageerror', () => {
    // The call is not to be known, so the other side has to end them all.
    throw new LanewiseError('WORKER_FAILED', 'A message could not be read in the worker.');
  });
  service.announce();
}

function parent(): Port {
  const port = nodeThreads()?.parentPort;
  if (port) return port;
  if ('DedicatedWorkerGlobalScope' in globalThis) return globalThis as unknown as Port;
  throw new LanewiseError('WORKER_FAILED', 'serve() is for the file of a worker. Call openThread() here.');
}
