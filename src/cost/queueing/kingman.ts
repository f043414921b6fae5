import { checkQuantity } from '../quantity.ts';
import { checkLoad, type MeanTime, type QueueState, stateOf, type VariabilityOptions } from './load.ts';
import { mmc } from './markov.ts';

/**
 * G/G/1 by Kingman's approximation ("The single server queue in heavy traffic", 1961): waiting = rho / (1 - rho) (ca2 + cs2) / 2
 * s milliseconds, where ca2 and cs2 are the squared coefficients of variation of arrivals and service. It is exact for M/M/1 and M/G/1 (arrivals
 * 1), close in heavy traffic, and too large for light traffic with arrivals more regular than random. With several servers, rho / (1 - rho) s
 * gives way to the waiting of M/M/c (Allen and Cunneen: Allen, Probability, Statistics and Queueing Theory, 1990). Means only:
 * no distribution is known.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` at a utilization of 1 and more; `OVERFLOW`
 */
export function kingman(options: VariabilityOptions): QueueState<MeanTime> {
  const load = checkLoad(options);
  const arrivals = checkQuantity('arrivalVariability', options.arrivalVariability ?? 1);
  const service = checkQuantity('serviceVariability', options.serviceVariability ?? 1);
  const mean = mmc(load).waiting.mean * ((arrivals + service) / 2);
  return stateOf(load, { mean }, { mean: mean + load.serviceTime });
}
