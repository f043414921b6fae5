import { LanewiseError } from '../../host/errors.ts';
import { checkNumber } from '../../vectors/input.ts';
import { entriesOf } from '../options.ts';
import { checkPositive, checkQuantity, finite } from '../quantity.ts';

const MILLISECONDS_AN_HOUR = 3_600_000;
const DAYS_A_YEAR = 365;
const MONTHS_A_YEAR = 12;

/** What answering takes. */
export interface InferenceCostOptions {
  readonly queriesPerDay: number;
  /** What a query keeps one accelerator busy, milliseconds. */
  readonly serviceTime: number;
  /** Of one accelerator. */
  readonly dollarsPerHour: number;
  /** The share of paid time that is spent on queries, above 0 and up to 1. @default 1 */
  readonly utilization?: number;
}

/** What answering costs. */
export interface InferenceCost {
  /** Accelerator hours that are paid a day. */
  readonly hoursPerDay: number;
  /** Accelerators, were they busy day and night: hoursPerDay / 24, rounded up. */
  readonly accelerators: number;
  readonly dollarsPerDay: number;
  /** Of 365 days. */
  readonly dollarsPerYear: number;
  readonly dollarsPerMillionQueries: number;
}

/** What training takes. */
export interface TrainingCostOptions {
  /** Of one run, hours. */
  readonly hours: number;
  /** @default 1 */
  readonly accelerators?: number;
  /** Of one accelerator. */
  readonly dollarsPerHour: number;
  /** @default 12 */
  readonly runsPerYear?: number;
}

/** What training costs. */
export interface TrainingCost {
  readonly hoursPerRun: number;
  readonly dollarsPerRun: number;
  readonly dollarsPerYear: number;
}

/** What is kept. */
export interface StorageCostOptions {
  readonly bytes: number;
  /** Of 1e9 bytes. */
  readonly dollarsPerGigabyteMonth: number;
  /** @default 1 */
  readonly copies?: number;
}

/** What keeping costs. */
export interface StorageCost {
  /** Of all copies, 1e9 bytes each. */
  readonly gigabytes: number;
  readonly dollarsPerMonth: number;
  readonly dollarsPerYear: number;
}

/** What is paid for once, and what every year; by name. */
export interface OwnershipOptions {
  /** Dollars. */
  readonly once?: Readonly<Record<string, number>>;
  /** Dollars a year. */
  readonly perYear?: Readonly<Record<string, number>>;
  /** @default 1 */
  readonly years?: number;
}

/** One cost of several. */
export interface OwnershipItem {
  readonly name: string;
  readonly dollars: number;
  /** Of the total, 0..1. */
  readonly share: number;
}

/** The total cost of ownership. */
export interface Ownership {
  readonly dollars: number;
  readonly dollarsPerYear: number;
  /** The largest first. */
  readonly items: OwnershipItem[];
}

/**
 * Answering: queriesPerDay x serviceTime of busy accelerators, divided by their utilization, in hours and dollars. Years of 365 days. Source:
 * arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * budget.inference({ queriesPerDay: 200e6, serviceTime: 10, dollarsPerHour: 2.5 });
 * // 555.556 hours a day, $506 944 a year
 */
export function inference(options: InferenceCostOptions): InferenceCost {
  const queries = checkPositive('queriesPerDay', options?.queriesPerDay);
  const serviceTime = checkPositive('serviceTime', options.serviceTime);
  const price = checkQuantity('dollarsPerHour', options.dollarsPerHour);
  const utilization = checkNumber('utilization', options.utilization ?? 1, Number.MIN_VALUE, 1);
  const hoursPerDay = (queries * serviceTime) / MILLISECONDS_AN_HOUR / utilization;
  const dollarsPerDay = hoursPerDay * price;
  return {
    hoursPerDay,
    accelerators: Math.ceil(hoursPerDay / 24),
    dollarsPerDay,
    dollarsPerYear: finite('dollars', dollarsPerDay * DAYS_A_YEAR),
    dollarsPerMillionQueries: finite('dollars', (dollarsPerDay / queries) * 1e6),
  };
}

/**
 * Training: hours x accelerators x dollarsPerHour a run, in dollars. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example budget.training({ hours: 20, accelerators: 64, dollarsPerHour: 2.5 }); // $3 200 a run, $38 400 a year
 */
export function training(options: TrainingCostOptions): TrainingCost {
  const hours = checkQuantity('hours', options?.hours);
  const hoursPerRun = hours * checkPositive('accelerators', options.accelerators ?? 1);
  const dollarsPerRun = hoursPerRun * checkQuantity('dollarsPerHour', options.dollarsPerHour);
  const runs = checkQuantity('runsPerYear', options.runsPerYear ?? MONTHS_A_YEAR);
  return { hoursPerRun, dollarsPerRun, dollarsPerYear: finite('dollars', dollarsPerRun * runs) };
}

/**
 * Storage: gigabytes of 1e9 bytes, in dollars by the month. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function storage(options: StorageCostOptions): StorageCost {
  const bytes = checkQuantity('bytes', options?.bytes);
  const gigabytes = (bytes * checkPositive('copies', options.copies ?? 1)) / 1e9;
  const dollarsPerMonth =
    gigabytes * checkQuantity('dollarsPerGigabyteMonth', options.dollarsPerGigabyteMonth);
  return { gigabytes, dollarsPerMonth, dollarsPerYear: finite('dollars', dollarsPerMonth * MONTHS_A_YEAR) };
}

/**
 * The total cost of ownership: what is paid for once, and years of the rest, in dollars. Prices as they are, without interest. Source:
 * arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, also where nothing is given; `OVERFLOW`
 * @example
 * const { dollarsPerYear } = budget.training({ hours: 1280, dollarsPerHour: 2.5 });
 * budget.ownership({ once: { labels: 20_000 }, perYear: { training: dollarsPerYear }, years: 3 }); // $135 200
 */
export function ownership(options: OwnershipOptions): Ownership {
  const years = checkPositive('years', options?.years ?? 1);
  const costs = [
    ...entriesOf('once', options?.once).map(([name, dollars]) => ({
      name,
      dollars: checkQuantity(`once.${name}`, dollars),
    })),
    ...entriesOf('perYear', options?.perYear).map(([name, dollars]) => ({
      name,
      dollars: checkQuantity(`perYear.${name}`, dollars) * years,
    })),
  ];
  if (costs.length === 0) {
    throw new LanewiseError('INVALID_ARGUMENT', 'Give once or perYear some dollars by name; both are empty.');
  }
  const dollars = finite(
    'dollars',
    costs.reduce((sum, cost) => sum + cost.dollars, 0),
  );
  const items = costs
    .map((cost) => ({ ...cost, share: dollars > 0 ? cost.dollars / dollars : 0 }))
    .sort((a, b) => b.dollars - a.dollars);
  return { dollars, dollarsPerYear: finite('dollars', dollars / years), items };
}
