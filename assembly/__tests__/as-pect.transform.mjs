import Aspect from '@as-pect/transform';

// as-pect 8.1 was written for AssemblyScript 0.27. Since 0.28 every node kind from 51 on is one higher: this hands
// as-pect the numbers that it knows.
const FIRST_SHIFTED_KIND = 51;

const shift = (statement) =>
  new Proxy(statement, {
    get(target, key) {
      const value = target[key];
      if (key === 'kind' && value >= FIRST_SHIFTED_KIND) return value - 1;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

export default class extends Aspect {
  afterParse(parser) {
    super.afterParse({
      sources: parser.sources.map(({ statements }) => ({ statements: statements.map(shift) })),
    });
  }
}
