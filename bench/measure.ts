/** Rounds: every scenario on every target in turn, so that whatever the machine does meanwhile happens to all of them. */
import type { Operation, Scenario, World } from './scenarios.ts';
import { type RunningTarget, workers } from './target.ts';

export type Subject = { readonly target: RunningTarget; readonly world: World };

export type Plan = { readonly rounds: number; readonly seconds: number; readonly scenarios: readonly Scenario[] };

/** CPU milliseconds per operation, one a round; empty where the target cannot play the scenario. */
export type Measured = { readonly scenario: string; readonly costs: ReadonlyMap<string, readonly number[]> };

export async function measure(subjects: readonly Subject[], plan: Plan, progress: (text: string) => void): Promise<readonly Measured[]> {
  const results: Measured[] = [];
  for (const scenario of plan.scenarios) {
    const costs = new Map<string, number[]>(subjects.map(({ target }) => [target.name, []]));
    // Round 0 warms up: compiled code, filled caches, open connections. It is not counted.
    for (let round = 0; round <= plan.rounds; round++) {
      const turns = round % 2 === 0 ? subjects : subjects.toReversed();
      for (const subject of turns) {
        const cost = await measureOnce(subject, scenario, plan.seconds);
        if (round > 0 && cost !== undefined) costs.get(subject.target.name)?.push(cost);
      }
    }
    results.push({ scenario: scenario.name, costs });
    progress(scenario.name);
  }
  return results;
}

async function measureOnce({ target, world }: Subject, scenario: Scenario, seconds: number): Promise<number | undefined> {
  if (target.scenarios?.includes(scenario.name) === false) return undefined;
  const operation = await scenario.prepare(world);
  if (!operation) return undefined;
  const before = target.cpu();
  const operations = await repeat(operation, Date.now() + seconds * 1000);
  return (target.cpu() - before) / operations;
}

async function repeat(operation: Operation, until: number): Promise<number> {
  let operations = 0;
  const work = async (worker: number) => {
    while (Date.now() < until) {
      await operation(worker);
      operations++;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return operations;
}

/** The middle value; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
