// For runtimes with a command line: prints what came of the calls, and leaves the thread open, which must not matter.
import * as lanewise from '../../../dist/index.js';
import { openThread } from '../../../dist/worker.js';
import { run } from './calls.js';

console.log(await run(lanewise, openThread));
