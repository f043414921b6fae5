// A worker that was bundled without the platform's condition, so that it carries bytes.
import { refusals } from '../refusals.js';

export default { fetch: async () => Response.json(await refusals()) };
