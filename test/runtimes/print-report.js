// What a process of its own finds, as JSON on its output. Its arguments: modules to import beside the whole.
import { smoke } from './smoke.js';

const names = {};
for (const module of process.argv.slice(2)) names[module] = Object.keys(await import(module));
console.log(JSON.stringify({ ...(await smoke()), names }));
