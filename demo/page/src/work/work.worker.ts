import { calibrate } from 'lanewise/planner';
import { messageOf } from '../dom.ts';
import { CurveJob } from './curve.ts';
import { projectRows } from './project.ts';
import type { Job, Tell } from './protocol.ts';
import { measureRoofline } from './roofline.ts';

const tell: Tell = (report, transfer = []) => self.postMessage(report, { transfer });
let curve: CurveJob | undefined;

async function run(job: Job): Promise<void> {
  switch (job.kind) {
    case 'project': {
      const projection = await projectRows(job.subject);
      const { positions, clusters, axes, mean } = projection;
      tell({ kind: 'projected', projection }, [positions.buffer, clusters.buffer, axes.buffer, mean.buffer]);
      break;
    }
    case 'roofline':
      await measureRoofline(job.subject, job.milliseconds, tell);
      break;
    case 'calibrate':
      tell({ kind: 'calibrated', machine: await calibrate({ name: 'this machine' }) });
      break;
    case 'curve':
      curve = new CurveJob(job.subject, tell);
      await curve.measure(job.milliseconds, job.k);
      break;
    case 'stop':
      curve?.stop();
      return;
    case 'index':
      curve?.send(job.method);
      return;
  }
  tell({ kind: 'done' });
}

self.addEventListener('message', ({ data }: MessageEvent<Job>) => {
  run(data).catch((error: unknown) => tell({ kind: 'failed', message: messageOf(error) }));
});
