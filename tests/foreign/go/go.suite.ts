import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startEcho } from '../rig/echo.js';
import { fitted } from '../rig/fitted.js';
import { installed } from '../rig/installed.js';
import { proveApi } from '../rig/prove-api.js';
import { OWN_PAGES, proveClient } from '../rig/prove-client.js';
import { proveRenewal } from '../rig/prove-renewal.js';
import { stage } from '../rig/scene.js';

const echo = await startEcho();
afterAll(() => echo.stop());

const scene = stage(
  import.meta.dirname,
  {
    desk: 'http://localhost:3000',
    post: 'http://localhost:3001',
    charts: 'http://localhost:4180',
    api: null,
  },
  async ({ server, start, folder, surroundings }) => {
    const { DOMAIN, PORT } = surroundings('charts');
    const proxy = fitted(join(folder, 'proxy.cfg'), server.folder, {
      'id.example.com': DOMAIN,
      'localhost:4180': `localhost:${PORT}`,
      'http://localhost:9000': echo.origin,
      // The least it counts in.
      '"1m"': '"1s"',
    });
    await Promise.all([
      start('desk', [installed('go/desk')], {
        CLIENT_ID: 'desk',
        CLIENT_SECRET: 'a-secret-of-the-desk-that-is-long-enough',
      }),
      start('post', [installed('go/post')], {
        CLIENT_ID: 'post',
        CLIENT_SECRET: 'a-secret-of-the-post-that-is-long-enough',
      }),
      start('charts', [installed('go/oauth2-proxy'), '--config', proxy]),
      start('api', [installed('go/api')]),
    ]);
  },
);

proveClient('go-oidc', OWN_PAGES, scene.setting('desk'));

proveClient('go-auth0', { ...OWN_PAGES, revoke: '/revoke' }, scene.setting('post'));

proveApi('go-jwt-middleware', { login: '/login', orders: '/orders' }, () => ({
  ...scene.setting('desk')(),
  api: scene.origin('api'),
}));

const PROXY = {
  login: '/oauth2/start?rd=/',
  home: '/',
  logout: () => {
    const { server, origin } = scene.setting('charts')();
    const to = new URLSearchParams({ client_id: 'charts', returnTo: `${origin}/signed-out` });
    return `/oauth2/sign_out?${new URLSearchParams({ rd: `${server.issuer}v2/logout?${to}` })}`;
  },
};
proveClient('oauth2-proxy', PROXY, scene.setting('charts'));
proveRenewal('oauth2-proxy', PROXY, scene.setting('charts'));
proveApi('oauth2-proxy, for an API behind it', { login: '/login', orders: '/orders' }, () => ({
  ...scene.setting('desk')(),
  api: scene.origin('charts'),
}));
