import { expect, test } from 'vitest';
import { resultOf } from '../rig/implicit-app.js';
import { testAuth0Js } from './auth0-js-scenarios.js';

testAuth0Js(9, (open) => {
  test('an ID token signed with HS256 cannot be verified: the profile comes from /userinfo', async () => {
    const app = await open({ clientId: 'implicit-hs256' });
    await app.signIn();
    app.requests.length = 0;
    const result = resultOf(await app.call('parseHash'));
    expect(app.requests.map(({ pathname }) => pathname)).toEqual(['/userinfo']);
    expect(result.idTokenPayload).toMatchObject({ sub: 'auth0|mira', name: 'Mira Lind' });
    expect(result.idTokenPayload).not.toHaveProperty('iss');
  });
});
