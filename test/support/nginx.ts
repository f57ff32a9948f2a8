/** A real nginx on loopback, if the machine has one: /usr/sbin/nginx, or the one named in SYMBOLON_TEST_NGINX. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

export const nginx = [process.env.SYMBOLON_TEST_NGINX, '/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(
  (path) => path !== undefined && existsSync(path),
);

/** Starts it with the body of one `server` block in a folder of its own; answers how to stop it. Throws, with what it said, when it does not listen. */
export async function startNginx(folder: string, port: number, server: string): Promise<() => Promise<void>> {
  if (nginx === undefined) throw new Error('there is no nginx: apt-get install nginx-light');
  const home = join(folder, 'nginx');
  mkdirSync(home);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${home}/${name};`).join(' ');
  const http = `access_log off; ${temporary} server { listen 127.0.0.1:${port} ssl; ${server} }`;
  writeFileSync(
    join(home, 'nginx.conf'),
    `daemon off; master_process off; pid ${home}/pid; error_log stderr warn; events {} http { ${http} }`,
  );
  const child = spawn(nginx, ['-p', home, '-e', 'stderr', '-c', join(home, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    if (await listens(port))
      return async () => {
        child.kill('SIGTERM');
        await exited;
      };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`nginx does not listen:\n${said}`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}
