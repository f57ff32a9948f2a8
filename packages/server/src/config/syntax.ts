/** What a YAML parser complains about, in our words: the parser's own quote the file, and the file has secrets in it. */
import type { ErrorCode } from 'yaml';
import type { Finding, Place } from './finding.ts';

const words: Partial<Record<ErrorCode, readonly [message: string, fix: string]>> = {
  DUPLICATE_KEY: ['this key stands twice in one mapping', 'keep one of the two'],
  BAD_INDENT: [
    'the indentation does not fit what stands above, or a bracket is not closed',
    'indent entries of one mapping or list equally, and close every [ and {',
  ],
  TAB_AS_INDENT: ['a tab is used for indentation', 'indent with spaces'],
  MISSING_CHAR: [
    'a character is missing: comma, colon, quote or closing bracket',
    'close the bracket or quote; put values with { } [ ] , : # in quotes',
  ],
  UNEXPECTED_TOKEN: ['something stands where nothing can', 'put values with special characters in quotes'],
  BAD_SCALAR_START: ['a value starts with a character that means something in YAML (@ ` % & * ! | >)', 'put the value in quotes'],
  BAD_DQ_ESCAPE: ['unknown \\ escape in double quotes', 'use single quotes, or \\\\ for a backslash'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a value has a colon with a blank behind it, or ends with a colon',
    'put the value in quotes, such as "sqlite::memory:"',
  ],
  MULTILINE_IMPLICIT_KEY: ['a key goes over several lines', 'put the key on one line, with its colon'],
  BLOCK_IN_FLOW: ['an indented block stands within [ ] or { }', 'write all of it with brackets, or none'],
  MULTIPLE_DOCS: ['the file holds several documents (---)', 'keep one document a file'],
  TAG_RESOLVE_FAILED: ['unknown tag (!...)', 'remove the tag, or put a value that starts with ! in quotes'],
  BAD_ALIAS: ['this alias (*...) has no anchor', 'put the anchor (&...) above, or the value in quotes'],
  RESOURCE_EXHAUSTION: ['the file nests too deep', 'write it flatter'],
};

/** A YAML mistake (YAML 1.2.2) as a finding. */
export function syntaxFinding(code: ErrorCode, place: Place): Finding {
  const [message, fix] = words[code] ?? [`not YAML (${code})`, 'put values with special characters in quotes'];
  return { ...place, path: '', message, fix };
}
