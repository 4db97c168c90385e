import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { manage, register } from '../rig/registration.js';
import { CALLBACK, startCertified } from './deployment.js';

let op: Deployment;
beforeAll(async () => {
  op = await startCertified();
});
afterAll(() => op.stop());

describe('oidcc-3rdparty-init-login-certification-test-plan', () => {
  test('oidcc-3rd_party-init-login', async () => {
    const initiate_login_uri = 'https://c.test/start-sign-in';
    const { status, body } = await register(op, { redirect_uris: [CALLBACK], initiate_login_uri });
    expect([status, body.initiate_login_uri]).toEqual([201, initiate_login_uri]);
    const token = String(body.registration_access_token);
    const read = await manage(String(body.registration_client_uri), 'GET', token);
    expect(read).toMatchObject({ status: 200, body: { initiate_login_uri } });
  });

  test('oidcc-3rd_party-init-login-nohttps', async () => {
    // The suite writes http for https in its own address, whose name only begins with localhost.
    const hosts = ['c.test', 'localhost.emobix.co.uk:8443'];
    for (const initiate_login_uri of hosts.map((host) => `http://${host}/start-sign-in`))
      expect(await register(op, { redirect_uris: [CALLBACK], initiate_login_uri })).toMatchObject({
        status: 400,
        body: { error: 'invalid_client_metadata' },
      });
  });
});
