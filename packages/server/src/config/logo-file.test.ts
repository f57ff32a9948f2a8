/** Which pictures are served under our name, and which are not. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { logoFile, svgFault } from './logo-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'logos-'));
afterAll(() => rmSync(folder, { recursive: true }));

const svg = (inside: string) => `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">${inside}</svg>`;
const png = Buffer.from('89504e470d0a1a0a00000000', 'hex');

function told(name: string, body: string | Buffer) {
  writeFileSync(join(folder, name), body);
  return logoFile(name, folder);
}

describe('security: pictures of upstreams', () => {
  it.each([
    ['<script>alert(1)</script>', /more in it than shapes/],
    ['<svg:script href="x"/>', /more in it than shapes/],
    ['<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>', /more in it/],
    ['<path d="M0 0" onload="alert(1)"/>', /reacts to events/],
    ['<path d="M0 0"/onclick=alert(1)>', /reacts to events/],
    ['<a href="javascript:alert(1)"><path/></a>', /outside itself/],
    ['<a xlink:href="https://evil.example/"><path/></a>', /outside itself/],
    ['<use href=https://evil.example/x.svg />', /outside itself/],
    ['<image width="1" height="1"/>', /more in it/],
    ['<style>@import "https://evil.example/x.css"</style>', /loads something/],
    ['<path fill="url(https://evil.example/x)"/>', /loads something/],
    ['<path style="fill:u\\72l(https://evil.example/x)"/>', /escapes/],
    ['<a href="#"><animate attributeName="href" to="x"/></a>', /moves/],
    ['<a href="#x" title="&#106;"/>', /character references/],
    ['<?xml-stylesheet href="x"?>', /processing instruction|outside/],
  ])('I6: a drawing with %s is refused', (inside, why) => {
    expect(svgFault(svg(inside))).toMatch(why);
    expect(told('x.svg', svg(inside))).toEqual({ message: expect.stringMatching(why) });
  });

  it('I6: entities and document types are refused', () => {
    expect(svgFault('<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg"/>')).toMatch(/document type/);
  });

  it('I6: a page, a picture of another kind, something large and an address are refused, whatever their name', () => {
    expect(told('page.svg', '<html><svg></svg></html>')).toEqual({ message: expect.stringMatching(/no SVG, PNG/) });
    expect(told('gif.png', 'GIF89a......')).toEqual({ message: expect.stringMatching(/no SVG, PNG/) });
    expect(told('large.png', Buffer.concat([png, Buffer.alloc(131_072)]))).toEqual({ message: expect.stringMatching(/128 KiB/) });
    expect(logoFile('https://cdn.example/acme.png', folder)).toEqual({ message: expect.stringMatching(/must be a file/) });
    expect(logoFile('nothing.svg', folder)).toEqual({ message: expect.stringMatching(/ENOENT/) });
    symlinkSync('/dev/zero', join(folder, 'zero.png'));
    expect(logoFile('zero.png', folder)).toEqual({ message: expect.stringMatching(/128 KiB/) });
  });

  it('shapes with gradients of their own are fine, and a picture is known by its content', () => {
    const fine = svg('<defs><linearGradient id="g"/></defs><rect width="8" height="8" fill="url(#g)"/><use href="#g"/>');
    expect(told('a.svg', fine)).toMatchObject({ logo: { contentType: 'image/svg+xml', name: expect.stringMatching(/^[\w-]{16}\.svg$/) } });
    expect(told('misnamed.svg', png)).toMatchObject({ logo: { contentType: 'image/png' } });
  });
});
