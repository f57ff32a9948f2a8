import { describe, expect, it } from 'vitest';
import type { StoredKey } from '../store.ts';
import { dueRotations, keysOf, schedule, unfollowed } from './rotation.ts';

const start = 1_700_000_000;
const key = (kid: string, usedFrom: number, follows?: string, alg = 'RS256'): StoredKey => ({
  use: 'signing',
  alg,
  kid,
  sealed: '',
  createdAt: usedFrom,
  usedFrom,
  ...(follows === undefined ? undefined : { follows }),
});
const published = start + schedule.signs - schedule.publishedBefore;

describe('dueRotations', () => {
  it('F20: a key gets its successor a day and an hour before its time is over, and not earlier', () => {
    const keys = [key('a', start)];
    expect(dueRotations(keys, ['RS256'], published - 1)).toEqual({ follow: [], remove: [] });
    expect(dueRotations(keys, ['RS256'], published).follow).toEqual([{ kid: 'a', alg: 'RS256', usedFrom: start + schedule.signs }]);
  });

  it('F20: after a long stop the successor is still published for as long before it signs', () => {
    const late = start + 2 * schedule.signs;
    expect(dueRotations([key('a', start)], ['RS256'], late).follow).toEqual([
      { kid: 'a', alg: 'RS256', usedFrom: late + schedule.publishedBefore },
    ]);
  });

  it('a waiting successor is enough; an algorithm no longer offered gets none; the secret of the tenant is not rotated', () => {
    const keys = [
      key('a', start),
      key('b', start + schedule.signs, 'a'),
      key('e', start, undefined, 'ES256'),
      { ...key('s', start, undefined, 'HKDF-SHA256'), use: 'secret' as const },
    ];
    expect(dueRotations(keys, ['RS256'], start + schedule.signs)).toEqual({ follow: [], remove: [] });
  });

  it('SW-32: a retired key goes when nothing it signed can count any more, and not before; the last one stays for good', () => {
    const keys = [key('a', start), key('b', start + 100, 'a')];
    const gone = start + 100 + schedule.publishedAfter;
    expect(dueRotations(keys, ['RS256'], gone - 1).remove).toEqual([]);
    expect(dueRotations(keys, ['RS256'], gone).remove).toEqual(['a']);
    expect(dueRotations([key('b', start + 100, 'a')], ['RS256'], gone * 2).remove).toEqual([]);
  });

  it('a key made in a hurry is used before the one that was waiting, and the chain goes on', () => {
    const waiting = key('b', start + schedule.signs, 'a');
    const keys = [key('a', start), waiting, key('c', start + 10, 'b')];
    expect(keysOf(keys, 'RS256').map(({ kid }) => kid)).toEqual(['a', 'c', 'b']);
    expect(unfollowed(keys)?.kid).toBe('c');
    const next = dueRotations(keys, ['RS256'], waiting.usedFrom + schedule.signs).follow;
    expect(next.map(({ kid }) => kid)).toEqual(['c']);
  });
});
