import { describe, expect, it } from 'vitest';
import { loadAssets } from './assets.ts';

const { paths, files } = loadAssets();
const css = files[paths.stylesheet]?.body.toString() ?? '';
const [light = '', dark = ''] = Array.from(css.matchAll(/:root\s*\{([^}]*)\}/g), ([, block]) => block ?? '');

function tokens(block: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from(block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g), ([, name, value]) => [name, value]));
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const text: readonly (readonly [string, string])[] = [
  ['ink', 'paper'],
  ['ink', 'card'],
  ['ink', 'tint'],
  ['muted', 'paper'],
  ['muted', 'card'],
  ['muted', 'tint'],
  ['accent', 'card'],
  ['accent', 'tint'],
  ['accent-strong', 'card'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['danger', 'danger-tint'],
];
const edges: readonly (readonly [string, string])[] = [
  ['edge', 'card'],
  ['focus', 'card'],
  ['focus', 'paper'],
  ['danger', 'card'],
  ['accent', 'card'],
  ['accent', 'paper'],
];

describe.each([
  ['light', tokens(light)],
  ['dark', tokens(dark)],
])('the %s colours', (_scheme, colours) => {
  const ratio = (one: string, other: string) => contrast(colours[one] ?? '', colours[other] ?? '');

  it.each(text)('WCAG 1.4.3: %s on %s is at least 4.5:1', (one, other) => {
    expect(ratio(one, other)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(edges)('WCAG 1.4.11: %s beside %s is at least 3:1', (one, other) => {
    expect(ratio(one, other)).toBeGreaterThanOrEqual(3);
  });
});

describe('the stylesheet', () => {
  it('computes contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('has no colour outside the tokens, so that both schemes are complete', () => {
    const rules = css.replace(/:root\s*\{[^}]*\}/g, '').replace(/\/\*.*?\*\//gs, '');
    expect(rules).not.toMatch(/#[0-9a-f]{3,8}\b|rgb|hsl/i);
    expect(Object.keys(tokens(dark)).toSorted()).toEqual(Object.keys(tokens(light)).toSorted());
    for (const [, name] of rules.matchAll(/var\(--([\w-]+)\)/g)) expect(light).toContain(`--${name}:`);
  });

  it('WCAG 2.4.7: shows a 3 px focus ring, and never takes an outline away', () => {
    expect(css).toMatch(/:focus-visible\s*\{\s*outline: 3px solid var\(--focus\)/);
    expect(css).not.toMatch(/outline:\s*(0|none)/);
  });

  it('moves nothing for those who asked for less motion', () => {
    const outside = css.replace(/@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}/s, '');
    expect(outside).not.toMatch(/animation:|transition:/);
  });

  it('reads from right to left without a rule of its own', () => {
    expect(css).not.toMatch(/(margin|padding|border|inset)-(left|right)|text-align: (left|right)|float|^\s*(left|right):/m);
  });
});
