export { fitExponent } from './exponent.ts';
export { growth, growthAt, growthTable, largest } from './growth.ts';
export { measureExponent } from './measurement.ts';
export { algorithm, algorithms, evaluate } from './registry.ts';
