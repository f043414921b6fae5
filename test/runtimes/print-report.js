// What a process of its own finds, as JSON on its output.
import { smoke } from './smoke.js';

console.log(JSON.stringify(await smoke()));
