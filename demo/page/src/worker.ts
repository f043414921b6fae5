import type { Collection } from './collection.ts';
import type { Job, Report, Subject } from './work/protocol.ts';

/** A thread of the page's own, for what takes longer than a frame. */
export class WorkThread {
  readonly #worker: Worker;

  constructor(job: Job, onReport: (report: Report) => void) {
    this.#worker = new Worker(new URL('./work/work.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Report>) => onReport(data));
    this.#worker.addEventListener('error', (event) => {
      onReport({ kind: 'failed', message: event.message || 'The worker could not be started.' });
    });
    this.post(job);
  }

  post(job: Job): void {
    this.#worker.postMessage(job);
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** What a job needs of a collection; posting it copies the vectors. */
export function subjectOf({ data, dimensions, metric }: Collection): Subject {
  return { data, dimensions, metric };
}
