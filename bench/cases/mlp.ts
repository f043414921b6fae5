import { type Activation, MlpRanker, measureRoof, Random } from 'lanewise';
import { type Case, type Figure, type Measurement, patience, summarize, time } from '../harness.ts';

const WIDTHS = [64, 256, 128, 1];
const CANDIDATES = 1000;
/** Of the roof, 1 000 candidates. */
const LEAST: Readonly<Partial<Record<Activation, number>>> = { relu: 0.7, gelu: 0.5 };
/** Calls that are timed together: one takes as long as the clock's step. */
const CALLS = 100;

/** Candidates ranked by a small network: a thousand at once, and one by itself. */
export const mlp: Case = {
  name: 'mlp',
  async run(setting) {
    const random = new Random(1);
    const uniform = (length: number, scale = 1): Float32Array =>
      Float32Array.from({ length }, () => (2 * random.uniform() - 1) * scale);
    const layers = WIDTHS.slice(1).map((outputs, i) => {
      const inputs = WIDTHS[i]!;
      return {
        inputs,
        outputs,
        weights: uniform(inputs * outputs, 1 / Math.sqrt(inputs)),
        bias: uniform(outputs),
      };
    });
    const multiplyAdds = layers.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
    const features = uniform(CANDIDATES * WIDTHS[0]!);
    const one = features.slice(0, WIDTHS[0]);
    const roof = measureRoof().float32;
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    for (const [activation, atLeast] of Object.entries(LEAST) as [Activation, number][]) {
      const ranker = await MlpRanker.fromLayers(layers, { activation, output: 'sigmoid' });
      const job = `${WIDTHS.join('-')} network, ${CANDIDATES} candidates`;
      const together = summarize(
        job,
        activation,
        time(() => ranker.predict(features), patience(setting)),
        {
          multiplyAdds: CANDIDATES * multiplyAdds,
        },
      );
      const calls = time(() => {
        for (let i = 0; i < CALLS; i++) ranker.predict(one);
      }, patience(setting));
      const alone = summarize(
        `${WIDTHS.join('-')} network, one candidate`,
        activation,
        calls.map((milliseconds) => milliseconds / CALLS),
        { multiplyAdds },
      );
      measurements.push(together, alone);
      const ratio = (2 * CANDIDATES * multiplyAdds) / together.median / 1e6 / roof;
      figures.push({ job, text: `${activation}, float32 / roof`, ratio, atLeast });
      ranker.dispose();
    }
    return { measurements, figures };
  },
};
