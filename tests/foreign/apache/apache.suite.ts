import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startEcho } from '../rig/echo.js';
import { fitted } from '../rig/fitted.js';
import { proveApi } from '../rig/prove-api.js';
import { proveClient } from '../rig/prove-client.js';
import { proveRenewal } from '../rig/prove-renewal.js';
import { stage } from '../rig/scene.js';

const echo = await startEcho();
afterAll(() => echo.stop());

const scene = stage(
  import.meta.dirname,
  { museum: 'http://localhost:8080' },
  async ({ server, start, folder, surroundings }) => {
    const { DOMAIN, PORT } = surroundings('museum');
    const configuration = fitted(join(folder, 'harbour.conf'), server.folder, {
      'id.example.com': DOMAIN,
      'localhost:8080': `localhost:${PORT}`,
      'http://localhost:9000': echo.origin,
    });
    const trust = `OIDCCABundlePath ${server.authorityFile}`;
    await start('museum', ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', configuration, '-c', trust], {
      RUN: server.folder,
    });
  },
  // Shorter than the minute of the configuration: each request refreshes.
  { 'token_lifetime: 3600': 'token_lifetime: 30' },
);

const PAGES = { login: '/', home: '/', profile: '/' };

proveClient(
  'mod_auth_openidc',
  {
    ...PAGES,
    logout: () => `/oidc/callback?${new URLSearchParams({ logout: `${scene.origin('museum')}/signed-out` })}`,
  },
  scene.setting('museum'),
);

proveRenewal('mod_auth_openidc', PAGES, scene.setting('museum'));

proveApi('mod_auth_openidc, for an API', { login: '/', orders: '/orders' }, () => ({
  ...scene.setting('museum')(),
  api: scene.origin('museum'),
}));
