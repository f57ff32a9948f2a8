/**
 * CPU milliseconds per operation, ours beside oidc-provider's, database included: `npm run bench -- --store sqlite`. Linux only,
 * because the numbers come from /proc. Nothing else should run on the machine meanwhile; the ratio forgives more than the numbers.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openConnections } from './http.ts';
import { type Measured, measure, median, type Subject } from './measure.ts';
import { openEmptyWorld, openWorld, scenarios } from './scenarios.ts';
import { type StoreKind, type Target, workers } from './target.ts';
import { floor } from './targets/floor.ts';
import { oidcProvider } from './targets/oidc-provider.ts';
import { symbolon } from './targets/symbolon.ts';

const targets: readonly Target[] = [symbolon, oidcProvider, floor];

const { values: given } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    targets: { type: 'string', default: targets.map(({ name }) => name).join(',') },
  },
});

async function bench(store: StoreKind): Promise<void> {
  const chosen = targets.filter(({ name }) => given.targets.split(',').includes(name));
  const subjects: Subject[] = [];
  const pools: { close: () => void }[] = [];
  try {
    for (const target of chosen) {
      const running = await target.start(store, subjects[0]?.target.issuer);
      const pool = openConnections(workers);
      pools.push(pool);
      const open = running.scenarios === undefined ? openWorld : openEmptyWorld;
      subjects.push({ target: running, world: await open(pool.send, running) });
    }
    const plan = {
      rounds: Number(given.rounds),
      seconds: Number(given.seconds),
      scenarios: scenarios.filter(({ name }) => name.includes(given.only)),
    };
    const results = await measure(subjects, plan, (name) => console.error(`${store}: ${name}`));
    console.log(
      `\n### ${store}: ${plan.rounds} rounds of ${plan.seconds} s, Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model}\n`,
    );
    console.log(
      table(
        results,
        chosen.map(({ name }) => name),
      ),
    );
  } finally {
    for (const pool of pools) pool.close();
    for (const { target } of subjects) await target.stop();
  }
}

function table(results: readonly Measured[], names: readonly string[]): string {
  const [ours = '', ...peers] = names;
  const head = ['CPU ms per operation', ...names, ...peers.map((peer) => `${peer} / ${ours}`)];
  const rows = results.map(({ scenario, costs }) => {
    const of = (name: string) => costs.get(name) ?? [];
    const ratios = peers.map((peer) => median(of(peer).map((cost, round) => cost / (of(ours)[round] ?? Number.NaN))));
    return [scenario, ...names.map((name) => show(median(of(name)), 3)), ...ratios.map((ratio) => show(ratio, 2))];
  });
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function show(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

const stores: readonly StoreKind[] = given.store === 'all' ? ['sqlite', 'postgres'] : [given.store === 'postgres' ? 'postgres' : 'sqlite'];
for (const store of stores) await bench(store);
