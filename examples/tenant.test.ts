import { expect, test } from 'vitest';
import { demoTenant } from './tenant.js';

const ORIGINS = {
  shop: 'http://shop.localhost:1',
  docs: 'http://docs.localhost:2',
  desk: 'http://desk.localhost:3',
  classic: 'http://classic.localhost:4',
};

test('the tenant follows the ports in use', () => {
  const { clients } = demoTenant(ORIGINS, 'a secret');
  expect(clients.map(({ client_id, callbacks }) => [client_id, callbacks])).toEqual([
    ['harbour-shop', ['http://shop.localhost:1']],
    ['harbour-docs', ['http://docs.localhost:2']],
    ['harbour-desk', ['http://desk.localhost:3/callback']],
    ['harbour-classic', ['http://classic.localhost:4/callback', 'http://classic.localhost:4/silent']],
  ]);
});

test('everybody but the implicit client may have refresh tokens, which outlive an absence of three weeks', () => {
  const { clients, resourceServers } = demoTenant(ORIGINS, 'a secret');
  const lifetimes = clients.map((client) =>
    'refresh_token' in client && client.grant_types.includes('refresh_token')
      ? client.refresh_token.idle_token_lifetime / 86_400
      : null,
  );
  expect(lifetimes).toEqual([30, 30, 30, null]);
  expect(resourceServers.every((api) => api.allow_offline_access)).toBe(true);
});
