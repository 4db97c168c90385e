import { expect, test } from 'vitest';
import { testAuth0Js } from './auth0-js-scenarios.js';

testAuth0Js(10, (open) => {
  test('an ID token signed with HS256 is an error, and /userinfo is not asked', async () => {
    const app = await open({ clientId: 'implicit-hs256' });
    await app.signIn();
    app.requests.length = 0;
    expect(await app.call('parseHash')).toMatchObject({
      error: { error: 'invalid_token', errorDescription: expect.stringContaining('HS256') },
      result: null,
    });
    expect(app.requests).toEqual([]);
  });
});
