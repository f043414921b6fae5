import { decisionMatrix, LanewiseError, type PlanRequest, plan } from 'lanewise/planner';
import type { Answer, Asked, Curves, Growth, Told } from '../planner/asked.ts';

/** Points of a curve: two a decade, from a thousand rows to a hundred million. */
const ROWS = Array.from({ length: 11 }, (_, i) => Math.round(10 ** (3 + i / 2)));

/** Counts what was asked: curves are abandoned for whatever comes next. */
let turn = 0;
const tell = (told: Told): void => self.postMessage(told);

self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  turn++;
  if (data.kind === 'plan') tell({ kind: 'answer', answer: answerTo(data) });
  else void drawCurves(data, turn);
});

function answerTo({ wish, machine }: Asked): Answer {
  const { p99, budgetPerMonth, machine: _, ...rest } = wish;
  const budget = budgetPerMonth > 0 && { budgetPerMonth };
  try {
    const planned = plan({ ...rest, latency: { p99 }, machine, ...budget });
    return { ...planned, matrix: decisionMatrix(planned) };
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    return { candidates: [], contradiction: error.message };
  }
}

/** What every index would take at other sizes, its options chosen anew for each. */
async function drawCurves({ wish, machine }: Asked, mine: number): Promise<void> {
  const { dimensions, metric, k, recall, filterSelectivity } = wish;
  const curves: { -readonly [Name in keyof Curves]: Growth[] } = {};
  for (const rows of ROWS) {
    await new Promise((next) => setTimeout(next));
    if (mine !== turn) return;
    const request = { rows, dimensions, metric, k, recall, filterSelectivity, machine };
    for (const { name, prediction, failure } of candidatesAt(request)) {
      // At its best, it does not do what is asked.
      if (failure?.constraint === 'recall') continue;
      curves[name] ??= [];
      curves[name].push({ rows, p99: prediction.p99, bytes: prediction.bytes });
    }
  }
  tell({ kind: 'curves', curves });
}

/** None where so few rows pass the filter that there are not k. */
function candidatesAt(request: PlanRequest): Answer['candidates'] {
  try {
    return plan(request).candidates;
  } catch {
    return [];
  }
}
