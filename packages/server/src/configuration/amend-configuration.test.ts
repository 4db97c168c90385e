import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amendConfiguration, buildConfiguration, NO_PARTS } from './build-configuration.js';
import type { Configuration, ConfigurationChange, ConfigurationDocument } from './configuration.js';

const unseal = (_purpose: string, sealed: string) => `clear ${sealed}`;

const ids = fc.constantFrom('a', 'b', 'c');
const flag = fc.boolean();
/** Entries of every kind, as different as an entry of its kind can be for a snapshot. */
const change: fc.Arbitrary<ConfigurationChange> = fc
  .record({
    kind: fc.constantFrom(
      'client',
      'client-end',
      'resource-server',
      'client-grant',
      'database',
      'tenant',
      'branding',
    ),
    id: ids,
    number: fc.integer({ min: 1, max: 9 }),
    isOn: flag,
    isGone: fc.nat(3).map((n) => n === 0),
  })
  .map(({ kind, id, number, isOn, isGone }) => {
    const documents = {
      client: {
        name: `client ${number}`,
        client_secret: `sealed ${number}`,
        ...(isOn && { sojourn: { disabled: true } }),
      },
      'client-end': { ended_at: number },
      'resource-server': { identifier: id, name: `API ${number}` },
      'client-grant': { client_id: id, audience: id, scope: [`scope:${number}`] },
      database: { name: id, options: { disable_signup: isOn } },
      tenant: { friendly_name: `tenant ${number}` },
      branding: { logo_url: `https://a.test/${number}.png` },
    } as const;
    const single = kind === 'tenant' || kind === 'branding';
    return {
      kind,
      id: single ? 'default' : id,
      document: isGone ? null : documents[kind],
    } as ConfigurationChange;
  });

/** What the store holds after all of it, in the store's order. */
function documentsAfter(changes: readonly ConfigurationChange[]): ConfigurationDocument[] {
  const held = new Map(changes.map((one) => [`${one.kind} ${one.id}`, one]));
  return [...held]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, one]) => (one.document === null ? [] : [one as ConfigurationDocument]));
}

/** Without the order of clients, APIs and grants, which nobody asks for. */
function contentOf({ clients, resourceServers, clientGrants, ...rest }: Configuration) {
  const sorted = [...clientGrants].sort((one, other) => (one.audience < other.audience ? -1 : 1));
  return {
    ...rest,
    clients: new Map(clients),
    resourceServers: new Map(resourceServers),
    clientGrants: sorted,
  };
}

describe('amendConfiguration', () => {
  test('step by step it comes to what all of it at once is', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }), (steps) => {
        let parts = NO_PARTS;
        for (const [index, step] of steps.entries()) {
          // One reading holds each entry once.
          const once = [...new Map(step.map((one) => [`${one.kind} ${one.id}`, one])).values()];
          const before = contentOf(parts.configuration);
          const { configuration } = parts;
          parts = amendConfiguration(parts, once, unseal);
          expect(contentOf(configuration)).toEqual(before);
          const whole = buildConfiguration(documentsAfter(steps.slice(0, index + 1).flat()), unseal);
          expect(contentOf(parts.configuration)).toEqual(contentOf(whole));
        }
      }),
    );
  });

  test('of ten thousand clients it builds the one that changed, and no other', () => {
    const clientOf = (index: number, name: string): ConfigurationChange => ({
      kind: 'client',
      id: `client ${index}`,
      document: { name, client_secret: 'sealed' },
    });
    let built = 0;
    const counting = (purpose: string, sealed: string) => {
      built += 1;
      return unseal(purpose, sealed);
    };
    const all = Array.from({ length: 10_000 }, (_, index) => clientOf(index, 'before'));
    const before = amendConfiguration(NO_PARTS, all, counting);
    expect(built).toBe(10_000);
    const after = amendConfiguration(before, [clientOf(7, 'after')], counting);
    expect(built).toBe(10_001);
    expect(after.configuration.clients.get('client 7')?.name).toBe('after');
    expect(after.configuration.clients.get('client 8')).toBe(before.configuration.clients.get('client 8'));
    expect(after.configuration.tenant).toBe(before.configuration.tenant);
  });
});
