/** CPU time of processes from /proc (Linux, proc(5)): user and system time, threads included, in milliseconds. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const millisecondsPerTick = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Stat = { readonly parent: number; readonly own: number; readonly reaped: number };

/** The name of a process stands in parentheses and may hold anything, so the fields are counted from the last one. */
function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, utime = 0, stime = 0, cutime = 0, cstime = 0] = [fields[1], fields[11], fields[12], fields[13], fields[14]];
    return { parent, own: (utime + stime) * millisecondsPerTick, reaped: (cutime + cstime) * millisecondsPerTick };
  } catch {
    return undefined;
  }
}

/** What one process has used so far. */
export function processCpu(pid: number): number {
  return stat(pid)?.own ?? 0;
}

/** What a process and all its children, those already gone too, have used: a PostgreSQL server is a process a connection and some. */
export function familyCpu(pid: number): number {
  const parent = stat(pid);
  if (!parent) return 0;
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => stat(Number(name)));
  return stats.reduce((sum, each) => sum + (each?.parent === pid ? each.own : 0), parent.own + parent.reaped);
}
