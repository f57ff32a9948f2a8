/** What the `server` and `database` keys must mean beyond their shape. */
import { isMasterKey } from '../../keys/master-key.ts';
import { isBlock, parseEndpoint } from '../network.ts';
import type { Draft, File } from '../schema.ts';
import { forEach, type Report, under } from './report.ts';

export function checkServer(file: Draft<File>, report: Report): void {
  const server = file.server ?? {};
  const at = under(report, 'server');
  checkEndpoint(server.listen, under(at, 'listen'));
  checkEndpoint(server.metrics, under(at, 'metrics'));
  forEach(server.trustedProxies, at, 'trustedProxies', checkBlock);
  forEach(server.outbound?.allow, under(at, 'outbound'), 'allow', checkBlock);
  if (server.masterKey !== undefined && !isMasterKey(server.masterKey))
    at(['masterKey'], 'must be 32 bytes in base64 or hex', 'make one with: openssl rand -base64 32');
  if (file.database !== undefined && !isDatabase(file.database))
    report(['database'], 'names no database', 'write sqlite:PATH, "sqlite::memory:" or postgres://user@host/name');
}

function checkEndpoint(text: string | undefined, report: Report): void {
  if (text !== undefined && !parseEndpoint(text))
    report([], 'must be host:port', 'write for example 127.0.0.1:4000, or "[::1]:4000" for IPv6');
}

function checkBlock(text: string, report: Report): void {
  if (!isBlock(text)) report([], 'must be an address or an address block', 'write for example 10.0.0.0/8 or "::1/128"');
}

function isDatabase(text: string): boolean {
  return /^sqlite:./.test(text) || (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text));
}
