import { SingleBar } from 'cli-progress';
import type { Progress } from 'lanewise';

interface Bar {
  /** What is done. */
  readonly title: string;
  /** `{value}/{total}` of what, as cli-progress writes it. */
  readonly counts?: string;
  /** How much there is to do, as long as the call has not told. */
  readonly total?: number;
}

/** Runs a long call with a progress bar on a terminal; elsewhere nothing is shown. Gives what it took, too. */
export async function withProgress<T>(
  { title, counts = '', total: announced = 1 }: Bar,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% ${counts}`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
  });
  const start = performance.now();
  bar.start(announced, 0);
  try {
    const result = await work(({ done, total }) => {
      bar.setTotal(total);
      bar.update(done);
    });
    return { result, milliseconds: performance.now() - start };
  } finally {
    bar.stop();
  }
}
