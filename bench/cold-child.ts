// One cold start in a process of its own: import, instantiation, copies and a first search, in milliseconds.
const start = performance.now();
const { FlatIndex, init } = await import('lanewise');
const imported = performance.now();
await init();
const instantiated = performance.now();
const dimensions = 100;
const rows = Number(process.argv[2]);
const vectors = new Float32Array(rows * dimensions).map((_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
const made = performance.now();
const index = await FlatIndex.create({ dimensions });
index.add(vectors);
const added = performance.now();
index.search(vectors.subarray(0, dimensions));
const searched = performance.now();
console.log(
  JSON.stringify({
    import: imported - start,
    instantiate: instantiated - imported,
    add: added - made,
    'first search': searched - added,
  }),
);

export {};
