import { expect, test } from 'vitest';
import { Random } from '../../src/host/random.ts';
import { EventWindows, type WindowResult } from '../../src/sketch/index.ts';
import { Places, ReusedPlaces } from './window-counters.ts';

const SHAPES = ['tumbling', 'sliding', 'sessions'] as const;

/** Events in disorder, numbered, and what is told of them; whatever happens, none must be missing in the end. */
class Trial {
  readonly random: Random;
  readonly windows: EventWindows<Places, number[], number>;
  readonly #times: number[] = [];
  readonly #late = new Set<number>();
  readonly #last = new Map<string, readonly number[]>();
  #latest = 0;

  constructor(shape: (typeof SHAPES)[number], seed: number, fail: (random: Random) => void) {
    const random = new Random(seed);
    this.random = random;
    const options = {
      lateness: [0, 5, 30][seed % 3]!,
      disorder: [0, 4][seed % 2]!,
      create: (): Places => {
        fail(random);
        return seed % 5 ? new ReusedPlaces() : new Places();
      },
      merge: (into: Places, from: Places) => {
        fail(random);
        into.merge(from);
      },
      add: (state: Places, places: number[]) => {
        fail(random);
        state.add(places);
      },
      onLate: (place: number) => this.#late.add(place),
    };
    this.windows =
      shape === 'sessions'
        ? EventWindows.sessions({ ...options, gap: 3 })
        : EventWindows.sliding({ ...options, size: 6, slide: shape === 'tumbling' ? 6 : 1 });
  }

  events(count: number): { times: number[]; values: number[] } {
    const first = this.#times.length;
    for (let i = 0; i < count; i++) {
      this.#latest += 3 * this.random.uniform();
      const behind = 25 * this.random.uniform() ** 2;
      this.#times.push(Math.floor(this.#latest - behind + (this.random.uniform() < 0.05 ? 20 : 0)));
    }
    const times = this.#times.slice(first);
    return { times, values: times.map((_, i) => first + i) };
  }

  tell({ start, end, sketch, count, replaces, dispose }: WindowResult<Places>): void {
    for (const old of replaces) expect(this.#last.delete(`${old.start}..${old.end}`)).toBe(true);
    const span = `${start}..${end}`;
    expect(this.#last.has(span)).toBe(false);
    expect(count).toBe(sketch.places.length);
    expect(sketch.places.every((place) => this.#times[place]! >= start && this.#times[place]! < end)).toBe(
      true,
    );
    this.#last.set(span, sketch.sorted);
    dispose();
  }

  expectAllThere(): void {
    const { events, late } = this.windows.statistics();
    const told = [...this.#last.values()].flat();
    const places = new Set(told);
    expect(events + late).toBe(this.#times.length);
    expect([places.size, this.#late.size]).toEqual([events, late]);
    for (const place of this.#late) expect(places.has(place)).toBe(false);
    this.windows.dispose();
    expect(Places.alive).toBe(0);
  }
}

test.each(SHAPES)('%s lose nothing to calls between the windows that are given', async (shape) => {
  for (let seed = 0; seed < 100; seed++) {
    const trial = new Trial(shape, seed, () => {});
    const batches = Array.from({ length: 3 }, () => trial.events(10));
    let left = 10;
    for await (const result of trial.windows.over(batches)) {
      trial.tell(result);
      if (left-- <= 0 || trial.random.uniform() < 0.4) continue;
      const { times, values } = trial.events(3);
      trial.windows.addAll(times, values);
    }
    trial.expectAllThere();
  }
});

test.each(SHAPES)(
  '%s lose nothing to what fails, whoever adds the events that were not taken again',
  (shape) => {
    let failures = 0;
    for (let seed = 0; seed < 100; seed++) {
      let isRough = false;
      const trial = new Trial(shape, seed, (random) => {
        if (!isRough || random.uniform() > 0.1) return;
        failures++;
        throw new Error('no memory');
      });
      const { windows } = trial;
      const taken = () => windows.statistics().events + windows.statistics().late;
      isRough = true;
      for (let call = 0; call < 10; call++) {
        const { times, values } = trial.events(5);
        const before = taken();
        for (let at = 0; at < times.length || isRough; at = taken() - before) {
          try {
            windows.addAll(times.slice(at), values.slice(at));
            break;
          } catch (error) {
            expect(error).toMatchObject({ message: 'no memory' });
          }
        }
        expect(taken() - before).toBe(times.length);
        windows.drain().forEach((result) => {
          trial.tell(result);
        });
      }
      isRough = false;
      windows
        .advance(Number.POSITIVE_INFINITY)
        .drain()
        .forEach((result) => {
          trial.tell(result);
        });
      trial.expectAllThere();
    }
    expect(failures).toBeGreaterThan(100);
  },
);
