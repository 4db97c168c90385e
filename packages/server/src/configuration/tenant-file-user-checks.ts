import { parseEmail, parseUsername } from '../user/identifier.js';
import { parsePasswordHash } from '../user/password-hash.js';
import { normalizePassword } from '../user/password-policy.js';
import { type Place, problemAt, type RawEntry, textOf } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf } from './raw-tenant-file.js';

/** What is wrong with users beyond the form of their fields. */
export function findUserProblems(users: readonly RawEntry[]): Problem[] {
  return users.flatMap((user, index) => {
    const place = placeOf('users', user, index);
    return [...findIdentifierProblems(user, place), ...findPasswordProblems(user, place)];
  });
}

function findIdentifierProblems(user: RawEntry, place: Place): Problem[] {
  const email = textOf(user, 'email');
  const username = textOf(user, 'username');
  const problems: Problem[] = [];
  if (user.email === undefined && user.username === undefined) {
    problems.push(problemAt(place, ['email'], undefined, 'a user has an email, a username or both'));
  }
  if (email !== null && parseEmail(email) === null) {
    problems.push(problemAt(place, ['email'], email, 'expected an email address such as ada@example.com'));
  }
  if (username !== null && parseUsername(username) === null) {
    problems.push(problemAt(place, ['username'], username, 'expected 1 to 128 visible characters without @'));
  }
  return problems;
}

function findPasswordProblems(user: RawEntry, place: Place): Problem[] {
  const password = textOf(user, 'password');
  const hash = textOf(user, 'password_hash');
  const problems: Problem[] = [];
  if (password !== null && hash !== null) {
    problems.push(
      problemAt(place, ['password_hash'], hash, 'a user has a password or a password_hash, not both'),
    );
  }
  if (password !== null && normalizePassword(password) === null) {
    problems.push(problemAt(place, ['password'], password, 'expected at most 1024 bytes'));
  }
  const parsed = hash === null ? null : parsePasswordHash(hash);
  if (parsed?.kind === 'refused') {
    const expected =
      parsed.reason === 'too-costly'
        ? 'such a hash costs too much at each sign-in: at most 256 MiB, 10 passes, 4 lanes, or bcrypt cost 14'
        : 'expected bcrypt ($2a$, $2b$, $2y$) or argon2 ($argon2id$, $argon2i$, $argon2d$)';
    problems.push(problemAt(place, ['password_hash'], hash, expected));
  }
  return problems;
}
