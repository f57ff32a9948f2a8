/** People written into the file: names that cannot be mistaken for one another, passwords in a form that can be verified. */

import { protectedClaims } from '@symbolon/provider';
import { isPasswordHash, newPasswordProblem } from '../../users/password.ts';
import { type UsernameProblem, usernameKey } from '../../users/username.ts';
import type { Draft, FileTenant, FileUser } from '../schema.ts';
import { forEach, type Report, reportRepeated, under } from './report.ts';

const passwordProblems: Readonly<Record<NonNullable<ReturnType<typeof newPasswordProblem>>, string>> = {
  too_short: 'is shorter than 8 characters',
  empty: 'must not be empty',
  too_long: 'is longer than 1024 bytes',
  forbidden_character: 'has a character that no keyboard gives',
};

const nameProblems: Readonly<Record<UsernameProblem, string>> = {
  empty: 'must not be empty',
  too_long: 'is too long',
  forbidden_character: 'has an invisible or control character',
};

export function checkUsers(tenant: Draft<FileTenant>, report: Report): void {
  const users = tenant.users ?? [];
  reportRepeated(
    users.map((user) => keyOf(user?.username)),
    (index, first) =>
      report(
        ['users', index, 'username'],
        `is the same name as users[${first}] (case, width and accents' encoding do not count)`,
        'give each person a name of her own',
      ),
  );
  forEach(users, report, 'users', checkUser);
}

function keyOf(username: string | undefined): string | undefined {
  const result = username === undefined ? undefined : usernameKey(username);
  return result && 'key' in result ? result.key : undefined;
}

function checkUser(user: Draft<FileUser>, report: Report): void {
  const name = user.username === undefined ? undefined : usernameKey(user.username);
  if (name && 'problem' in name) report(['username'], nameProblems[name.problem], 'write a name of 1 to 254 visible characters');
  if (Object.hasOwn(user, 'password') && Object.hasOwn(user, 'passwordHash'))
    report(['passwordHash'], 'stands beside a password', 'keep one of the two; the hash is the better one');
  const problem = user.password === undefined ? undefined : newPasswordProblem(user.password);
  if (problem !== undefined) report(['password'], passwordProblems[problem], 'write a password of 8 characters to 1024 bytes');
  if (user.passwordHash !== undefined && !isPasswordHash(user.passwordHash))
    report(
      ['passwordHash'],
      'is in no known form, or costs more than this server is willing to pay',
      'write argon2, bcrypt, scrypt or pbkdf2 as $argon2id$..., $2b$..., $scrypt$..., $pbkdf2-sha256$...',
    );
  checkClaims(user.claims, under(report, 'claims'));
}

function checkClaims(claims: object | undefined, report: Report): void {
  for (const name of Object.keys(claims ?? {}).filter((candidate) => protectedClaims.has(candidate)))
    report([name], 'is a claim that only the server makes', 'remove it, or give it another name');
}
