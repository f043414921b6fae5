/** A worker or a port, of the web or of `node:worker_threads`. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

interface NodePort extends Port {
  on(type: string, listener: (value: unknown) => void): unknown;
}

interface WebPort extends Port {
  addEventListener(type: string, listener: (event: Event) => void): void;
}

/** What is used of `node:worker_threads`, which Node, Deno and Bun have. */
export interface NodeThreads {
  readonly parentPort: NodePort | null;
  readonly Worker: new (file: URL, options: { execArgv: string[] }) => WorkerLike & NodePort;
}

/** What a thread runs on: a Web Worker, or a `Worker` of `node:worker_threads`. */
export interface WorkerLike extends Port {
  terminate(): unknown;
}

/** `node:worker_threads`, where there is one. A static import would fail on pages, and in bundles for them. */
export function nodeThreads(): NodeThreads | undefined {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}

/** Whether a port is of `node:worker_threads`. */
export function isNodePort(port: object): port is NodePort {
  return 'on' in port;
}

/** Listens to messages and what else a port tells, with what came instead of an event around it. */
export function listen(port: Port, type: string, listener: (value: unknown) => void): void {
  if (isNodePort(port)) port.on(type, listener);
  else
    (port as WebPort).addEventListener(type, (event) => {
      listener(type === 'message' ? (event as MessageEvent).data : event);
    });
}
