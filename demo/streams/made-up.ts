import { Random } from 'lanewise';

const REQUESTS = 120_000;
const LINES_AT_ONCE = 500;
const START = Date.UTC(2026, 0, 1);
/** Milliseconds between two requests, on average. */
const PAUSE = 10;
const BURST = { every: 180_000, lasts: 75_000, share: 0.15 } as const;
const VISITORS = 20_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Prime to the number of packages, so that ranks are spread over all names. */
const STRIDE = 50_021;

/** Low numbers far more often than high ones. */
function skewed(random: Random, below: number): number {
  let drawn = below;
  for (let draw = 0; draw < 6; draw++) drawn = random.integer(drawn) + 1;
  return drawn - 1;
}

/** About log-normal, of median 1: a product of many factors, without logarithms, which differ between engines. */
function aroundOne(random: Random): number {
  let product = 1;
  for (let factor = 0; factor < 12; factor++) product *= 0.77 + 0.5 * random.uniform();
  return product;
}

function formatLogTime(time: number): string {
  const [date, clock] = new Date(time).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[+month - 1]}/${year}:${clock.slice(0, 8)} +0000`;
}

/**
 * The access log of a site that has a page for each package, the same with every run: few pages and visitors are had often, every
 * three minutes a package is in the news and its page slow, and lines are written when requests end.
 */
export async function* makeUpLog(
  names: readonly string[],
  requests: number = REQUESTS,
): AsyncGenerator<string[]> {
  const random = new Random(1);
  let lines: string[] = [];
  let now = START;
  for (let made = 0; made < requests; made++) {
    now += PAUSE * 2 * random.uniform();
    const sinceBurst = (now - START) % BURST.every;
    const isNews = sinceBurst < BURST.lasts && random.uniform() < BURST.share;
    const burst = Math.floor((now - START) / BURST.every);
    const rank = isNews ? 1000 + burst : skewed(random, names.length);
    const visitor = skewed(random, VISITORS);
    const seconds = 0.03 * aroundOne(random) * (isNews ? 4 : 1);
    const begun = now - seconds * 1000 - 1000 * random.uniform();
    const page = `/package/${names[(rank * STRIDE) % names.length]}`;
    const address = `10.${visitor >> 16}.${(visitor >> 8) & 255}.${visitor & 255}`;
    const request = `"GET ${page} HTTP/1.1" 200 ${2000 + random.integer(9000)} "-" "-" ${seconds.toFixed(3)}`;
    lines.push(`${address} - - [${formatLogTime(begun)}] ${request}`);
    if (lines.length < LINES_AT_ONCE && made + 1 < requests) continue;
    yield lines;
    lines = [];
  }
}
