/** The parameter `prompt` (OpenID Connect Core section 3.1.2.1). */
import { OAuthError } from './error.ts';

const prompts = ['none', 'login', 'consent', 'select_account'] as const;

export type Prompt = (typeof prompts)[number];

/** The values asked for, each once. Throws invalid_request for an unknown one, and for `none` beside another. */
export function readPrompt(value: string | undefined): readonly Prompt[] {
  const wanted = value === undefined ? [] : [...new Set(value.split(' ').filter((word) => word !== ''))];
  const known = prompts.filter((prompt) => wanted.includes(prompt));
  if (known.length !== wanted.length) throw new OAuthError('invalid_request', 'prompt has an unknown value');
  if (known.includes('none') && known.length > 1)
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with other values');
  return known;
}
