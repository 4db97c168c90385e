import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { tenantFile } from '../rig/tenant.js';

/** By bcrypt, of "from the old server". */
const OLD = '$2b$04$1IEZqJYNl1KEMZLW936TFe57BfUB4YegsQ4uKEEWcjrtMbTvVrBZC';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const rosa = { user_id: 'auth0|rosa', email: 'rosa@harbour.example', password_hash: OLD };
  op = await startDeployment({ tenantFile: { ...file, users: [...file.users, rosa] } });
});
afterAll(() => op.stop());

const hashOf = async (userId: string) => (await op.store.findUser(userId))?.passwordHash ?? '';
const signsIn = async (username: string, password: string) =>
  answerOf(await signIn(new HttpBrowser(op.issuer), authorizationRequest(op.issuer), username, password)).has(
    'code',
  );

test('security.md 56: an old hash is replaced at the first sign-in, by one of the same password, and by no wrong one', async () => {
  expect(await signsIn('rosa@harbour.example', 'another password')).toBe(false);
  expect(await hashOf('auth0|rosa')).toBe(OLD);
  expect(await signsIn('rosa@harbour.example', 'from the old server')).toBe(true);
  const current = await hashOf('auth0|rosa');
  expect(current).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await signsIn('rosa@harbour.example', 'another password')).toBe(false);
  expect(await signsIn('rosa@harbour.example', 'from the old server')).toBe(true);
  expect(await hashOf('auth0|rosa')).toBe(current);
});
