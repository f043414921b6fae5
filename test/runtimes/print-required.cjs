// What CommonJS gets, as JSON. The arguments: modules to require beside the whole.
const { FlatIndex } = require('lanewise');
const search = require('lanewise/search');

import('lanewise').then(async (imported) => {
  const index = await FlatIndex.create({ dimensions: 2 });
  index.add([1, 0, 0, 1]);
  console.log(
    JSON.stringify({
      nearest: index.search([0.1, 0.9], { k: 1 }).ids[0],
      isOnePackage: FlatIndex === search.FlatIndex && FlatIndex === imported.FlatIndex,
      names: Object.fromEntries(process.argv.slice(2).map((name) => [name, Object.keys(require(name))])),
    }),
  );
});
