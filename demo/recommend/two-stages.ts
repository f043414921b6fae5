import { type ImplicitALS, type ItemKnn, Pipeline, type Profiler } from 'lanewise';
import { NameLikeness } from './names.ts';
import { itemsByUser, type Needs } from './needs.ts';
import { byScore, type Choice, LinearRanker } from './ranker.ts';

/** What the ranker goes by. */
export const FEATURES = [
  'neighbourhood: how near it is to what the package needs',
  'factors: how much it is expected by implicit feedback',
  'popularity: the logarithm of how many need it',
  'name: how much it is like that of the package',
  'names: how much it is like one of what the package needs',
] as const;
/** Candidates of a request, and requests that the ranker learns from. */
export const CANDIDATES = 200;
const LESSONS = 1000;

/** A request: what a user, a package, may need beside what it is known to need. */
export interface Request {
  readonly user: number;
  readonly candidates: number;
  readonly k: number;
}

/** What the first stage found, nearest first. */
interface Retrieved {
  readonly items: Int32Array;
  readonly nearness: Float32Array;
}

/** Retrieves candidates by neighbourhoods and ranks them by more than these know. */
export class TwoStages {
  readonly #knn: ItemKnn;
  readonly #als: ImplicitALS;
  readonly #needs: Needs;
  /** What models know that each user needs, and what is not to be recommended. */
  readonly #own: readonly Int32Array[];
  readonly #excluded: readonly Int32Array[];
  readonly #dependents: Uint32Array;
  readonly #likeness: NameLikeness;
  readonly ranker: LinearRanker;

  constructor(knn: ItemKnn, als: ImplicitALS, needs: Needs, names: readonly string[]) {
    this.#knn = knn;
    this.#als = als;
    this.#needs = needs;
    this.#likeness = new NameLikeness(names);
    this.#dependents = new Uint32Array(needs.train.itemCount);
    for (const item of needs.train.items) this.#dependents[item]++;
    this.#own = itemsByUser(needs.train);
    this.#excluded = itemsByUser(needs.known);
    this.ranker = this.#learn();
  }

  /** Both stages at once. */
  recommend(user: number, { k }: { readonly k: number }): { readonly ids: Int32Array } {
    const { items, nearness } = this.#retrieve(user, CANDIDATES, this.#excluded[user]);
    const features = this.#features(user, { items, nearness });
    return { ids: byScore(items, this.ranker.score({ items, features }), k) };
  }

  /** The same, stage by stage. */
  pipeline(profiler: Profiler): Pipeline<Request, Int32Array> {
    const rank = new Pipeline<Request & Retrieved>()
      .stage('features', (request) => ({ ...request, features: this.#features(request.user, request) }))
      .stage('score', (request) => ({ ...request, scores: this.ranker.score(request) }))
      .stage('sort', ({ items, scores, k }) => byScore(items, scores, k));
    return new Pipeline<Request>({ profiler })
      .stage('retrieve', (request) => {
        const { user, candidates } = request;
        return { ...request, ...this.#retrieve(user, candidates, this.#excluded[user]) };
      })
      .stage('rank', rank, { count: ({ items }) => items.length });
  }

  #retrieve(user: number, k: number, exclude: Int32Array): Retrieved {
    const { ids, scores } = this.#knn.recommend(user, { k, exclude });
    const found = ids.indexOf(-1);
    return found < 0
      ? { items: ids, nearness: scores }
      : { items: ids.slice(0, found), nearness: scores.slice(0, found) };
  }

  /** Row-major, as FEATURES has them. */
  #features(user: number, { items, nearness }: Retrieved): Float32Array {
    const { userRows, itemRows } = this.#needs;
    const expected = this.#als.predict(new Int32Array(items.length).fill(user), items);
    const features = new Float32Array(items.length * FEATURES.length);
    const own = this.#own[user];
    for (let i = 0, at = 0; i < items.length; i++) {
      const row = itemRows[items[i]];
      let nearest = 0;
      for (const need of own) nearest = Math.max(nearest, this.#likeness.between(itemRows[need], row));
      features[at++] = nearness[i] / nearness[0];
      features[at++] = expected[i];
      features[at++] = Math.log1p(this.#dependents[items[i]]);
      features[at++] = this.#likeness.between(userRows[user], row);
      features[at++] = nearest;
    }
    return features;
  }

  /** From what some users need beside what models know of them, where it is among the candidates. */
  #learn(): LinearRanker {
    const { users, items } = this.#needs.ranking;
    const stride = Math.max(1, Math.floor(users.length / LESSONS));
    const choices: Choice[] = [];
    for (let at = 0; at < users.length; at += stride) {
      const user = users[at];
      const retrieved = this.#retrieve(user, CANDIDATES, this.#own[user]);
      const chosen = retrieved.items.indexOf(items[at]);
      if (chosen < 0) continue;
      choices.push({ items: retrieved.items, features: this.#features(user, retrieved), chosen });
    }
    return LinearRanker.learn(choices, FEATURES.length);
  }
}
