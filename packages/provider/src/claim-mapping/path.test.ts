import { describe, expect, it } from 'vitest';
import { follow, parseJsonPath } from './path.ts';

describe('paths into a claim', () => {
  it.each([
    ['department', ['department']],
    ['$.department', ['department']],
    ['$.department.units[0].name', ['department', 'units', 0, 'name']],
    ["$['cost centre'].id", ['cost centre', 'id']],
    ["['urn:x.y'][12]", ['urn:x.y', 12]],
    ['_a-b', ['_a-b']],
  ])('%s is read', (text, steps) => {
    expect(parseJsonPath(text)).toEqual(steps);
  });

  it.each([
    ...['', '$', '$.', '.', '.a', 'a.', 'a..b', '$..a', '$.*', '$[*]', 'a[?(@.b)]', 'a[-1]', 'a[1:2]', 'a[00000]', 'a[0]b', "a['b'", 'a b'],
    'a.'.repeat(16).concat('a'),
    'a'.repeat(257),
    '$a',
  ])('%s is refused', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });

  const value = { department: { units: [{ name: 'North' }, null], head: '' } };

  it.each([
    [['department', 'units', 0, 'name'], 'North'],
    [['department', 'head'], ''],
    [['department', 'units', 1], null],
    [['department', 'units', 2], undefined],
    [['department', 'units', 'length'], undefined],
    [['department', 0], undefined],
    [['department', 'units', 1, 'x'], undefined],
    [['constructor'], undefined],
    [['__proto__', 'toString'], undefined],
    [['department', 'hasOwnProperty'], undefined],
  ])('%j leads to %j', (path, found) => {
    expect(follow(value, path)).toEqual(found);
  });
});
