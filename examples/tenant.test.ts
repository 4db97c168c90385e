import { expect, test } from 'vitest';
import { demoTenant } from './tenant.js';

test('the tenant follows the ports in use', () => {
  const { clients } = demoTenant(
    {
      shop: 'http://shop.localhost:1',
      docs: 'http://docs.localhost:2',
      desk: 'http://desk.localhost:3',
      classic: 'http://classic.localhost:4',
    },
    'a secret',
  );
  expect(clients.map(({ client_id, callbacks }) => [client_id, callbacks])).toEqual([
    ['harbour-shop', ['http://shop.localhost:1']],
    ['harbour-docs', ['http://docs.localhost:2']],
    ['harbour-desk', ['http://desk.localhost:3/callback']],
    ['harbour-classic', ['http://classic.localhost:4/callback', 'http://classic.localhost:4/silent']],
  ]);
});
