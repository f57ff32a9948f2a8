/** Holds the plain values against the schema and puts what does not fit in words. */
import type { TLocalizedValidationError } from 'typebox/error';
import { Errors } from 'typebox/schema';
import { Settings } from 'typebox/system';
import { isPlainName, type Path } from './finding.ts';
import { nearest } from './nearest.ts';
import { fileSchema } from './schema.ts';

export type Misfit = {
  readonly path: Path;
  /** For an unknown key: the finding is about the key, and `shown` leaves it out when it could be something else than a name. */
  readonly unknown?: { readonly shown: Path; readonly meant: string | undefined };
  readonly message: string;
  readonly fix: string;
};

const maxErrors = 10_000;

/** Every misfit, in no order. Paths go through aliases: one place in the file may come several times. */
export function misfits(value: unknown): readonly Misfit[] {
  return allErrors(value).flatMap((error) => inWords(error, value));
}

/** The library stops at eight errors by default, and has the limit for the process only. */
function allErrors(value: unknown): readonly TLocalizedValidationError[] {
  const before = Settings.Get().maxErrors;
  Settings.Set({ maxErrors });
  try {
    return Errors(fileSchema, value)[1];
  } finally {
    Settings.Set({ maxErrors: before });
  }
}

function inWords(error: TLocalizedValidationError, root: unknown): readonly Misfit[] {
  const path = pointerPath(error.instancePath, root);
  const schema = follow(fileSchema, pointerPath(error.schemaPath, fileSchema));
  const about = (message: string, fix: string): Misfit[] => [{ path, message, fix: describe(schema) ?? fix }];
  switch (error.keyword) {
    case 'boolean':
      return []; // says of each unknown key once more what additionalProperties says
    case 'additionalProperties':
      return error.params.additionalProperties.map((key) => unknownKey(path, key, knownKeys(schema), follow(root, [...path, key])));
    case 'required':
      return error.params.requiredProperties.map((key) => ({ path: [...path, key], message: `${key} is missing`, fix: `add ${key}: ...` }));
    case 'type':
      return about(...wrongType(String(error.params.type), follow(root, path)));
    case 'enum':
      return about(...notListed(error.params.allowedValues.map(String), follow(root, path)));
    case 'minimum':
      return about(`must be at least ${error.params.limit}`, `write ${error.params.limit} or more`);
    case 'maximum':
      return about(`must be at most ${error.params.limit}`, `write ${error.params.limit} or less`);
    case 'minLength':
      return about('must not be empty', 'write a value, or leave the key out');
    case 'minItems':
      return about('must have at least one entry', 'add an entry, or leave the key out where it is not required');
    default:
      return about(error.message, 'see docs/operate/configuration.md');
  }
}

function unknownKey(path: Path, key: string, known: readonly string[], value: unknown): Misfit {
  const near = nearest(key, known);
  const fix = near ? `did you mean \`${near}\`?` : `known here: ${known.join(', ')}`;
  const isName = isPlainName(key) && value !== null; // a lone word in braces may be a password after a forgotten colon
  const place = { path: [...path, key], unknown: { shown: isName ? [...path, key] : path, meant: near } };
  return { ...place, message: isName ? `unknown key \`${key}\`` : 'unknown key', fix };
}

const typeWords: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  object: ['a mapping', 'write `key: value` lines, indented below it'],
  array: ['a list', 'write [ ... ], or lines that start with a dash'],
  string: ['a text', 'put it in quotes'],
  integer: ['a whole number', 'write digits only, without quotes or a unit'],
  boolean: ['true or false', 'write true or false, without quotes'],
};

function wrongType(type: string, value: unknown): [string, string] {
  const [what, fix] = typeWords[type] ?? [type, 'see docs/operate/configuration.md'];
  if (value === null) return [`has no value; must be ${what}`, 'write a value, or leave the key out'];
  const written = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a mapping' : undefined;
  if (type === 'string' && written) return [`must be a single text, not ${written}`, 'write one value'];
  return [`must be ${what}`, fix];
}

function notListed(allowed: readonly string[], value: unknown): [string, string] {
  const near = typeof value === 'string' ? nearest(value, allowed) : undefined;
  return [
    `must be one of ${allowed.join(', ')}`,
    near ? `did you mean \`${near}\`?` : `write ${allowed.length === 1 ? allowed[0] : 'one of them'}`,
  ];
}

function describe(schema: unknown): string | undefined {
  const description = member(schema, 'description');
  return typeof description === 'string' ? `write ${description}` : undefined;
}

function knownKeys(schema: unknown): readonly string[] {
  const properties = member(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function follow(root: unknown, path: Path): unknown {
  return path.reduce((value: unknown, segment) => member(value, String(segment)), root);
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** RFC 6901, with list indexes as numbers. */
function pointerPath(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = member(value, key);
  }
  return path;
}
