import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { httpRequest } from '../rig/http-request.js';
import { tenantFile } from '../rig/tenant.js';

const FINGERPRINT = Array.from({ length: 32 }, (_, index) =>
  index.toString(16).padStart(2, '0').toUpperCase(),
).join(':');

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

const read = (name: string) => httpRequest('GET', `${op.issuer}.well-known/${name}`);

test('RFC 8252 §7.2: applications on devices may open links to the server where the tenant says so, and only there', async () => {
  for (const name of ['assetlinks.json', 'apple-app-site-association'])
    expect((await read(name)).status).toBe(404);
  const handheld = { client_id: 'native-n', name: 'Harbour Handheld', app_type: 'native' };
  await op.load({
    clients: [
      {
        ...handheld,
        mobile: {
          android: { app_package_name: 'test.harbour.handheld', sha256_cert_fingerprints: [FINGERPRINT] },
          ios: { team_id: 'A1B2C3D4E5', app_bundle_identifier: 'test.harbour.Handheld' },
        },
      },
      // What Auth0's exports write of an application that is on no device.
      { client_id: 'conf-c', name: 'Harbour Desk', mobile: { android: {}, ios: { team_id: null } } },
    ],
  });
  const android = await read('assetlinks.json');
  expect(android.headers.get('content-type')).toMatch(/^application\/json/);
  expect(JSON.parse(android.text)).toEqual([
    {
      relation: ['delegate_permission/common.handle_all_urls'],
      target: {
        namespace: 'android_app',
        package_name: 'test.harbour.handheld',
        sha256_cert_fingerprints: [FINGERPRINT],
      },
    },
  ]);
  const ios = await read('apple-app-site-association');
  expect(ios.headers.get('content-type')).toMatch(/^application\/json/);
  expect(JSON.parse(ios.text)).toEqual({
    applinks: {
      apps: [],
      details: [{ appID: 'A1B2C3D4E5.test.harbour.Handheld', paths: ['/ios/test.harbour.Handheld/*'] }],
    },
    webcredentials: { apps: ['A1B2C3D4E5.test.harbour.Handheld'] },
  });
});
