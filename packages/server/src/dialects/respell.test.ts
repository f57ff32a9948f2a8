/** Spellings at their corners; that they are put in place, the tests over HTTP show. */
import type { CoreRequest } from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import { commasToBlanks, withError, withFields } from './respell.ts';

const request = (query: CoreRequest['query'], form?: CoreRequest['form']): CoreRequest => ({
  method: 'GET',
  query,
  form,
  headers: {},
  address: '127.0.0.1',
});

describe('respelling', () => {
  it('turns commas into blanks in scope only, in query and form, and leaves one given twice to be refused', () => {
    const read = commasToBlanks(request({ scope: 'a,b', state: 'a,b' }, { scope: 'c,d' }));
    expect([read.query, read.form]).toEqual([{ scope: 'a b', state: 'a,b' }, { scope: 'c d' }]);
    expect(commasToBlanks(request({ scope: ['a,b', 'c'] })).query).toEqual({ scope: ['a,b', 'c'] });
  });

  it('renames the error that is ours, not one in the registered URI’s own query', () => {
    const rename = (redirect: string) => withError({ redirect }, 'old', 'new');
    expect(rename('https://rp/cb?error=old&error=old&state=1')).toEqual({ redirect: 'https://rp/cb?error=old&error=new&state=1' });
    expect(rename('https://rp/cb#error=old')).toEqual({ redirect: 'https://rp/cb#error=new' });
    expect(rename('https://rp/cb?error=older&state=error=old')).toEqual({ redirect: 'https://rp/cb?error=older&state=error=old' });
  });

  it('adds fields to a query, a fragment and a form', () => {
    expect(withFields({ redirect: 'https://rp/cb?code=1' }, { expires_in: '60' })).toEqual({
      redirect: 'https://rp/cb?code=1&expires_in=60',
    });
    expect(withFields({ redirect: 'https://rp/cb#code=1' }, { expires_in: '60' })).toEqual({
      redirect: 'https://rp/cb#code=1&expires_in=60',
    });
    const token = { redirect: 'https://rp/cb#access_token=1&expires_in=3600&code=1' };
    expect(withFields(token, { expires_in: '60' }), 'the one that is there').toEqual(token);
    const form = { action: 'https://rp/cb', fields: { code: '1' } };
    expect(withFields({ form }, { expires_in: '60' })).toEqual({
      form: { action: 'https://rp/cb', fields: { code: '1', expires_in: '60' } },
    });
  });
});
