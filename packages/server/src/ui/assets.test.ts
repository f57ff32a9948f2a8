import { describe, expect, it } from 'vitest';
import { loadAssets } from './assets.ts';

describe('assets', () => {
  const { paths, files } = loadAssets();

  it('K4: are named by their content, so that they may be cached for ever', () => {
    expect(paths.stylesheet).toMatch(/^\/assets\/symbolon\.[\w-]{16}\.css$/);
    expect(paths.formPost).toMatch(/^\/assets\/form-post\.[\w-]{16}\.js$/);
    expect(paths.favicon).toMatch(/^\/assets\/favicon\.[\w-]{16}\.svg$/);
    expect(loadAssets().paths).toEqual(paths);
  });

  it('are served with their content type', () => {
    expect(Object.keys(files).toSorted()).toEqual(Object.values(paths).toSorted());
    expect(files[paths.stylesheet]?.contentType).toBe('text/css; charset=utf-8');
    expect(files[paths.formPost]?.contentType).toBe('text/javascript; charset=utf-8');
    expect(files[paths.favicon]?.contentType).toBe('image/svg+xml');
    for (const { body } of Object.values(files)) expect(body.length).toBeGreaterThan(50);
  });

  it('K8: load nothing from elsewhere', () => {
    for (const { body } of Object.values(files)) {
      const text = body.toString().replace('xmlns="http://www.w3.org/2000/svg"', '');
      expect(text).not.toMatch(/url\(|@import|https?:/i);
    }
  });

  it('the post of a form cannot be hidden by a field named submit', () => {
    expect(files[paths.formPost]?.body.toString()).toContain('HTMLFormElement.prototype.submit.call');
  });
});
