import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { startNodes } from '../rig/nodes.js';
import { tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

/** docs/decisions/0020. */
const { users } = tenantFile();
const RS256_ONLY = {
  clients: [{ client_id: 'rs', name: 'Rs', client_secret: 'a-secret-of-rs-that-is-long-enough-here' }],
  users,
};
const spaWith = (alg: string) => ({
  client_id: 'spa-a',
  name: 'Harbour Shop',
  app_type: 'spa',
  callbacks: ['https://a.test/cb'],
  web_origins: ['https://a.test'],
  jwt_configuration: { alg },
});

async function keySetOf({ issuer }: Deployment): Promise<JSONWebKeySet> {
  return (await (await fetch(`${issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet;
}

const kindsOf = ({ keys }: JSONWebKeySet) => [...new Set(keys.map(({ kty }) => kty))].sort();

test('RSA keys alone until a client uses ES256, whose first token verifies at once; EC keys outlast the use', async () => {
  const op = await startDeployment({ tenantFile: RS256_ONLY });
  const before = await keySetOf(op);
  expect(kindsOf(before)).toEqual(['RSA']);
  await op.load({ clients: [spaWith('ES256')] });
  const after = await keySetOf(op);
  expect(kindsOf(after)).toEqual(['EC', 'RSA']);
  expect(after.keys).toEqual(expect.arrayContaining(before.keys));

  const tokens = await tokensFor(op, await browserWithSession(op));
  const common = { issuer: op.issuer, currentDate: new Date(op.clock.now()) };
  await jwtVerify(tokens.id_token, createLocalJWKSet(after), { ...common, algorithms: ['ES256'] });
  await jwtVerify(tokens.access_token, createLocalJWKSet(after), { ...common, algorithms: ['RS256'] });
  expect(await isAlive(op, tokens.access_token)).toBe(true);

  await op.load({ clients: [spaWith('RS256')] });
  expect(await keySetOf(op)).toEqual(after);
  await op.stop();
});

test('where nothing is RS256, tokens for userinfo alone are ES256, and no RSA key is published', async () => {
  const op = await startDeployment({ tenantFile: { clients: [spaWith('ES256')], users } });
  const { access_token } = await tokensFor(op, await browserWithSession(op));
  expect(decodeProtectedHeader(access_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
  expect(await isAlive(op, access_token)).toBe(true);
  expect(kindsOf(await keySetOf(op))).toEqual(['EC']);
  await op.stop();
});

test('security.md 82: the first use on one node is known on every other within a second, with one set of keys', async () => {
  const nodes = await startNodes(RS256_ONLY);
  const all = [nodes.first, ...nodes.others];
  const before = await Promise.all(all.map(keySetOf));
  for (const set of before) expect(set).toEqual(before[0]);
  expect(before[0] && kindsOf(before[0])).toEqual(['RSA']);

  await nodes.first.load({ clients: [spaWith('ES256')] });
  const kinds = async () => (await Promise.all(all.map(keySetOf))).map(kindsOf);
  await expect.poll(kinds, { timeout: 1_000 }).toEqual(all.map(() => ['EC', 'RSA']));
  const sets = await Promise.all(all.map(keySetOf));
  for (const set of sets) expect(set).toEqual(sets[0]);
  const [one, other] = nodes.others;
  const { access_token } = await tokensFor(one, await browserWithSession(one));
  expect(await isAlive(other, access_token)).toBe(true);
  await nodes.stop();
});
