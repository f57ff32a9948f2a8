import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { fileSchema } from './schema.ts';

/** Every key and every value of an enumeration in the schema. */
function words(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    items,
    patternProperties = {},
    enum: values = [],
  } = schema as Record<string, object> & { enum?: readonly string[] };
  const children = [...Object.values(properties), ...Object.values(patternProperties), items];
  return [...Object.keys(properties), ...values, ...children.flatMap(words)];
}

it('docs/operate/configuration.md names every key of the schema and every value of a choice', async () => {
  const text = await readFile(new URL('../../../../docs/operate/configuration.md', import.meta.url), 'utf8');
  const combinations = (word: string): boolean => word.includes(' ') || word.startsWith('urn:ietf');
  const all = words(fileSchema).filter((word) => !combinations(word));
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((word) => !text.includes(`\`${word}\``) && !text.includes(`\`${word}:`))).toEqual([]);
});
