import { describe, expect, it } from 'vitest';
import { loadAssets } from './assets.ts';

describe('assets', () => {
  const { paths, files } = loadAssets();
  // The button's files are for other sites' pages; test/button.test.ts is about them.
  const own = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('/assets/')));

  it('K4: are named by their content, so that they may be cached for ever', () => {
    expect(paths.stylesheet).toMatch(/^\/assets\/symbolon\.[\w-]{16}\.css$/);
    expect(paths.formPost).toMatch(/^\/assets\/form-post\.[\w-]{16}\.js$/);
    expect(paths.favicon).toMatch(/^\/assets\/favicon\.[\w-]{16}\.svg$/);
    expect(loadAssets().paths).toEqual(paths);
  });

  it('are served with their content type', () => {
    expect(Object.keys(own).toSorted()).toEqual(Object.values(paths).toSorted());
    expect(files[paths.stylesheet]?.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(files[paths.formPost]?.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(files[paths.favicon]?.headers['content-type']).toBe('image/svg+xml');
    for (const { body } of Object.values(own)) expect(body.length).toBeGreaterThan(50);
  });

  it('K8: load nothing from elsewhere', () => {
    for (const { body } of Object.values(own)) {
      const text = body.toString().replace('xmlns="http://www.w3.org/2000/svg"', '');
      expect(text).not.toMatch(/url\(|@import|https?:/i);
    }
  });

  it('the post of a form cannot be hidden by a field named submit', () => {
    expect(files[paths.formPost]?.body.toString()).toContain('HTMLFormElement.prototype.submit.call');
  });
});
