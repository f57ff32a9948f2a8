/** When a request object is in force. FAPI 2.0 Message Signing section 5.3.1: it begins at most an hour ago and ends at most an hour from now. */
import type { Json } from '../accounts.ts';
import { OAuthError } from '../wire/error.ts';
import type { Claims } from '../wire/jwt.ts';

/** Seconds: how far from now the ends of its time may be, and how far a client's clock may be ahead of ours. */
export const longest = 3600;
const ahead = 10;

/** Throws invalid_request_object. */
export function checkTimes({ exp, nbf, iat }: Claims, now: number): void {
  const [end, start, issued] = [seconds('exp', exp), seconds('nbf', nbf), seconds('iat', iat)];
  if (end !== undefined && end <= now) throw wrong('exp is past');
  if (end !== undefined && end > now + longest) throw wrong('exp is more than 60 minutes ahead');
  if (start !== undefined && start > now + ahead) throw wrong('nbf is ahead');
  if (start !== undefined && start < now - longest) throw wrong('nbf is more than 60 minutes ago');
  if (issued !== undefined && issued > now + ahead) throw wrong('iat is ahead');
}

function seconds(name: string, value: Json | undefined): number | undefined {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw wrong(`${name} is not a number of seconds`);
}

function wrong(what: string): OAuthError {
  return new OAuthError('invalid_request_object', `the time of the request object: ${what}`);
}
