import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { API, tenantFile } from '../rig/tenant.js';

const MAX_AGE_MS = 300_000;
const ROTATIONS = 6;
const TOKENS_AT_ONCE = 40;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

async function tokenFor(): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'machine-m',
    client_secret: 'a-secret-of-the-nightly-job-long-enough',
    audience: API,
  });
  const answer = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** An API that keeps the key set for exactly as long as it may, as late as it may. */
class Verifier {
  #keys: { readonly set: JSONWebKeySet; readonly fetchedAt: number } | null = null;

  async verify(token: string): Promise<void> {
    if (this.#keys === null || op.clock.now() - this.#keys.fetchedAt >= MAX_AGE_MS) {
      const answer = await fetch(`${op.issuer}.well-known/jwks.json`);
      expect(answer.headers.get('cache-control')).toContain(`max-age=${MAX_AGE_MS / 1_000}`);
      this.#keys = { set: (await answer.json()) as JSONWebKeySet, fetchedAt: op.clock.now() };
    }
    const options = { audience: API, currentDate: new Date(op.clock.now()) };
    await jwtVerify(token, createLocalJWKSet(this.#keys.set), options);
  }
}

test('H11 keys rotate under load: no verifier that caches for the advertised time fails, and a removed key’s tokens do', async () => {
  // They fetch at other moments, so that each rotation finds caches of every age.
  const verifiers = Array.from({ length: 5 }, () => new Verifier());
  const kids = new Set<string>();
  for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
    for (const verifier of verifiers) {
      op.clock.advance(MAX_AGE_MS / verifiers.length);
      const issued = Promise.all(Array.from({ length: TOKENS_AT_ONCE }, tokenFor));
      const isLast = verifier === verifiers.at(-1);
      if (isLast)
        expect(await op.server.keys.rotate('ES256', { force: false })).toMatchObject({ outcome: 'rotated' });
      const tokens = [...(await issued), ...(await Promise.all(Array.from({ length: 5 }, tokenFor)))];
      for (const token of tokens) {
        kids.add(decodeProtectedHeader(token).kid ?? '');
        for (const one of verifiers) await one.verify(token);
      }
    }
  }
  expect(kids.size).toBe(ROTATIONS + 1);

  const old = await tokenFor();
  await op.server.keys.rotate('ES256', { force: true });
  await new Verifier().verify(old);
  expect(await op.server.keys.retire(decodeProtectedHeader(old).kid ?? '')).toBe('deleted');
  await expect(new Verifier().verify(old)).rejects.toThrow('no applicable key');
  await new Verifier().verify(await tokenFor());
});

test('security.md 82: a key does not sign before every verifier that caches may know it, unless it is forced', async () => {
  op.clock.advance(MAX_AGE_MS);
  expect(await op.server.keys.rotate('ES256', { force: false })).toMatchObject({ outcome: 'rotated' });
  const signing = () =>
    op.server.keys.list().find(({ alg, status }) => alg === 'ES256' && status === 'current')?.kid;
  const kid = signing();
  expect(await op.server.keys.rotate('ES256', { force: false })).toEqual({
    outcome: 'too-early',
    waitMs: MAX_AGE_MS,
  });
  op.clock.advance(MAX_AGE_MS - 1);
  expect(await op.server.keys.rotate('ES256', { force: false })).toEqual({ outcome: 'too-early', waitMs: 1 });
  expect(signing()).toBe(kid);
  expect(await op.server.keys.rotate('ES256', { force: true })).toMatchObject({ outcome: 'rotated' });
  expect(signing()).not.toBe(kid);
});
