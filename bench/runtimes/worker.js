// One runtime's part of the benchmark in a worker; what setup() would choose, the platform has.
import index from 'index.bin';
import words from 'words.npy';
import { firstResult } from '../../test/runtimes/first-result.js';
import { measure } from './measure.js';

const ROUTES = {
  '/nothing': () => null,
  '/first-result': () => firstResult(index, new Float32Array(100).fill(1)),
  '/measure': (options) => measure(words, options),
};

export default {
  async fetch({ url }) {
    const { pathname, searchParams } = new URL(url);
    return Response.json(await ROUTES[pathname](JSON.parse(searchParams.get('options') ?? '{}')));
  },
};
