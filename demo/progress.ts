import { SingleBar } from 'cli-progress';
import type { Progress } from 'lanewise';

/** Runs a long call with a progress bar on a terminal; elsewhere nothing is shown. Gives what it took, too. */
export async function withProgress<T>(
  /** What is done, and `{value}/{total}` of what, as cli-progress writes it. */
  { title, counts = '' }: { readonly title: string; readonly counts?: string },
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% ${counts}`,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
  });
  const start = performance.now();
  bar.start(1, 0);
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
