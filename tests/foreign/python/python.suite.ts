import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installed } from '../rig/installed.js';
import { proveApi } from '../rig/prove-api.js';
import { OWN_PAGES, proveClient } from '../rig/prove-client.js';
import { stage } from '../rig/scene.js';
import { Visitor } from '../rig/visitor.js';

const scene = stage(
  import.meta.dirname,
  {
    auth0_python: 'http://localhost:5000',
    authlib: 'http://localhost:5001',
    django: 'http://localhost:8000',
    pyjwt: null,
  },
  async ({ server, start }) => {
    const python = installed('python/bin/python');
    // Where the library `requests` looks for whom to trust.
    const trust = { REQUESTS_CA_BUNDLE: server.authorityFile };
    await Promise.all([
      start('auth0_python', [python, 'auth0_python/app.py'], {
        ...trust,
        CLIENT_ID: 'desk',
        CLIENT_SECRET: 'a-secret-of-the-desk-that-is-long-enough',
      }),
      start('authlib', [python, 'authlib/app.py'], {
        ...trust,
        CLIENT_ID: 'post',
        CLIENT_SECRET: 'a-secret-of-the-post-that-is-long-enough',
      }),
      start('django', [python, 'django/app.py'], {
        ...trust,
        CLIENT_ID: 'museum',
        CLIENT_SECRET: 'a-secret-of-the-museum-long-enough',
        DATABASE: join(server.folder, 'museum.db'),
        RENEW_AFTER_SECONDS: '1',
      }),
      start('pyjwt', [python, 'pyjwt/api.py'], {}),
    ]);
  },
);

proveClient('auth0-python', { ...OWN_PAGES, revoke: '/revoke' }, scene.setting('auth0_python'));

proveClient('Authlib', { ...OWN_PAGES, revoke: '/revoke' }, scene.setting('authlib'));

const DJANGO = { login: '/oidc/authenticate/', home: '/', logout: '/oidc/logout/' };
proveClient('mozilla-django-oidc', DJANGO, scene.setting('django'));

test('mozilla-django-oidc asks silently when its time is over, and the person sees nothing of it', async () => {
  const { wire, issuer } = scene.server;
  wire.forget();
  const visitor = new Visitor(scene.origin('django'), issuer);
  await visitor.open('/oidc/authenticate/');
  const silent = () => wire.of('/authorize').filter(({ path }) => path.includes('prompt=none'));
  await expect
    .poll(async () => {
      expect((await visitor.open('/')).html).toContain('Signed in as');
      return silent().length;
    })
    .toBeGreaterThan(0);
  expect(new Set(silent().map(({ status }) => status))).toEqual(new Set([303]));
});

proveApi('PyJWT', { login: '/login', orders: '/orders' }, () => ({
  ...scene.setting('authlib')(),
  api: scene.origin('pyjwt'),
}));
