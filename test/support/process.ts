/**
 * The built program as a child process, as an operator starts it. It gets a folder of its own; both are gone when the test
 * process is, however that ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As npm links it: with the compiled code of earlier starts, which takes a quarter off a start. */
const builtProgram = fileURLToPath(new URL('../../packages/server/bin/symbolon.js', import.meta.url));
const built = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const pinnedNode = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
const patience = 15_000;

export type ServerOptions = {
  /** Text of the configuration file. Without, `args` must say what to do. */
  readonly config?: string;
  /** After `main.js`; `start -c FILE` by default. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than the built server, to be started with the same care. */
  readonly program?: string;
  /** Path of the Node executable. */
  readonly node?: string;
  /** The folder of an earlier server, to start on what that one left behind. */
  readonly directory?: string;
  /** Where to ask for readiness; by default what the configuration listens on, else the first address the program prints. */
  readonly url?: string;
};

export type RunningServer = {
  readonly url: string;
  readonly pid: number;
  /** Standard output and error so far, as they came. */
  readonly output: () => string;
  /** Sends the signal and answers the exit code; null when the signal itself ended it. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly exited: Promise<number | null>;
  readonly directory: string;
};

/** Starts the program and waits until it is ready. Throws, with its output, when it exits before or takes more than 15 seconds. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'symbolon-test-')));
  const { child, output, exited } = await run(options, directory);
  const url = await waitUntilReady(options, output, exited);
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  return { url, pid: child.pid ?? 0, output, kill, exited, directory };
}

/** Runs the program to its end: for `check`, `user add` and servers that must refuse to start. Answers exit code and output. */
export async function runProgram(options: ServerOptions): Promise<{ code: number | null; output: string; directory: string }> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'symbolon-test-')));
  const { output, exited } = await run(options, directory);
  return { code: await exited, output: output(), directory };
}

type Running = { readonly child: ChildProcess; readonly output: () => string; readonly exited: Promise<number | null> };

async function run(options: ServerOptions, directory: string): Promise<Running> {
  const program = options.program ?? builtProgram;
  for (const needed of [built, program]) if (!existsSync(needed)) throw new Error(`${needed} is missing: npm run build`);
  const file = join(directory, 'symbolon.yaml');
  if (options.config !== undefined) await writeFile(file, options.config);
  const node = options.node ?? (existsSync(pinnedNode) ? pinnedNode : process.execPath);
  const child = spawn(node, [program, ...(options.args ?? ['start', '-c', file])], {
    cwd: directory,
    env: { ...process.env, NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const exited = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  guard(child, exited, options.directory === undefined ? directory : '');
  return { child, output: () => text, exited };
}

/**
 * A shell that outlives us by a moment: its input closes when this process ends, even by kill -9, and then the server goes, and
 * the folder. Told that the server has exited, it leaves that process id, which may be another's by then, alone.
 */
function guard(child: ChildProcess, exited: Promise<unknown>, directory: string): void {
  const script = 'read -r done; [ -n "$done" ] || kill -9 "$1" 2>/dev/null; cat >/dev/null; [ -z "$2" ] || rm -rf "$2"';
  const shell = spawn('sh', ['-c', script, 'guard', String(child.pid), directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  const tell = () => void shell.stdin?.write('done\n');
  exited.then(tell, tell);
}

async function waitUntilReady(options: ServerOptions, output: () => string, exited: Promise<number | null>): Promise<string> {
  let ended: number | null | undefined;
  exited.then(
    (code) => (ended = code),
    () => (ended = -1),
  );
  for (const until = Date.now() + patience; Date.now() < until; await pause(25)) {
    if (ended !== undefined) throw new Error(`the program ended with ${ended} before it was ready:\n${output()}`);
    const url = options.url ?? listenAddress(options.config ?? '') ?? printedAddress(output());
    if (url && (await answers(`${url}/health/ready`))) return url;
  }
  throw new Error(`the program was not ready after ${patience / 1000} s:\n${output()}`);
}

function listenAddress(config: string): string | undefined {
  const listen = /^\s*listen:\s*["']?([^\s"'#]+)/m.exec(config)?.[1];
  return listen === undefined ? undefined : `http://${listen}`;
}

function printedAddress(output: string): string | undefined {
  return /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(output)?.[0];
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
