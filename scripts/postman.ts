/**
 * Writes the Postman collections (format 2.1) in docs/integrate, each made of the .http file beside it: `node scripts/postman.ts`. With `--check`
 * it ends with 1 when one is stale.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromAnswer, type HttpFile, type HttpRequest, readHttpFile } from './http-file.ts';

const folder = fileURLToPath(new URL('../docs/integrate/', import.meta.url));
const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** The collection of a file, as text. */
export function collectionOf(name: string, file: HttpFile): string {
  const asked = file.requests.flatMap(({ prompt }) => (prompt === undefined ? [] : [prompt]));
  const collection = {
    info: { name: `Symbolon: ${name}`, description: `Made of ${name}.http; not to be edited.`, schema },
    item: file.requests.map((request) => itemOf(file, request)),
    variable: [
      ...file.variables.map(([key, value]) => ({ key, value })),
      ...asked.map(({ name, text }) => ({ key: name, value: '', description: text })),
      ...kept(file).map(([from, member]) => ({ key: `${from}_${member}`, value: '' })),
    ],
  };
  return `${JSON.stringify(collection, undefined, 2)}\n`;
}

/** Members of answers that later requests need: here they become variables, which a script after the answer fills. */
function kept({ requests }: HttpFile): readonly (readonly [from: string, member: string])[] {
  const all = JSON.stringify(requests).matchAll(fromAnswer);
  const names = new Set([...all].map(([, from = '', member = '']) => `${from} ${member}`));
  return [...names].map((pair) => pair.split(' ') as [string, string]);
}

function itemOf(file: HttpFile, request: HttpRequest): object {
  const basic = request.headers.map(([, value]) => /^Basic ([^:]+):(.+)$/.exec(value)).find((found) => found !== null);
  const header = request.headers
    .filter(([, value]) => !value.startsWith('Basic '))
    .map(([key, value]) => ({ key, value: asVariables(value) }));
  const mine = kept(file).filter(([from]) => from === request.name);
  const exec = mine.map(([from, member]) => `pm.collectionVariables.set('${from}_${member}', pm.response.json().${member});`);
  return {
    name: request.title,
    ...(exec.length > 0 && { event: [{ listen: 'test', script: { type: 'text/javascript', exec } }] }),
    request: {
      method: request.method,
      ...(basic && { auth: { type: 'basic', basic: [credential('username', basic[1]), credential('password', basic[2])] } }),
      header,
      url: asVariables(request.url),
      ...(request.body !== undefined && { body: { mode: 'urlencoded', urlencoded: fieldsOf(request.body) } }),
    },
  };
}

function credential(key: string, value = ''): object {
  return { key, value, type: 'string' };
}

/** Postman encodes by itself, so its fields stand as they are meant. */
function fieldsOf(body: string): readonly object[] {
  return body.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return { key: pair.slice(0, at), value: asVariables(pair.slice(at + 1).replaceAll('+', ' ')), type: 'text' };
  });
}

function asVariables(text: string): string {
  return text.replace(fromAnswer, '{{$1_$2}}');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const source of globSync('*.http', { cwd: folder }).sort()) {
    const name = source.replace(/\.http$/, '');
    const place = `${folder}${name}.postman_collection.json`;
    const text = collectionOf(name, readHttpFile(readFileSync(folder + source, 'utf8')));
    if (process.argv[2] !== '--check') writeFileSync(place, text);
    else if (readFileSync(place, 'utf8') !== text) {
      process.stderr.write(`docs/integrate/${name}.postman_collection.json is stale: node scripts/postman.ts\n`);
      process.exitCode = 1;
    }
  }
}
