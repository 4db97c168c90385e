import { describe, expect, test } from 'vitest';
import { decideRoom, type RunningCall } from './decide-room.js';

const SECOND = 1_000;
const aCall = (number: number, given: Partial<RunningCall> = {}): RunningCall => ({
  purpose: 'jwks',
  host: `${number}.example:443`,
  party: { id: `client ${number}`, isStranger: false },
  startedAt: 0,
  ...given,
});
const some = (count: number, given: (number: number) => Partial<RunningCall> = () => ({})) =>
  Array.from({ length: count }, (_, number) => aCall(number, given(number)));
const wanted = (given: Partial<RunningCall> = {}) => aCall(1_000, { startedAt: SECOND - 1, ...given });
const stranger = (number: number) => ({ party: { id: `stranger ${number}`, isStranger: true } });
const FREE = { room: 'free', giveUp: [] };

describe('decideRoom (security.md 85)', () => {
  test.each([
    ['64 of a purpose', some(64), {}, 64],
    ['16 to a host', some(16, () => ({ host: 'one.example:443' })), { host: 'one.example:443' }, 16],
    [
      '16 for a party',
      some(16, () => ({ party: { id: 'one', isStranger: false } })),
      { party: { id: 'one', isStranger: false } },
      16,
    ],
    ['32 for strangers together', some(32, stranger), stranger(1_000), 32],
  ] as const)('%s, and not one more before the oldest had its second', (_name, running, given, most) => {
    expect(running).toHaveLength(most);
    expect(decideRoom(running.slice(1), wanted(given))).toEqual(FREE);
    expect(decideRoom(running, wanted(given))).toEqual({ room: 'none' });
    expect(decideRoom(running, wanted({ ...given, startedAt: SECOND }))).toEqual({
      room: 'free',
      giveUp: [running[0]],
    });
  });

  test('what one purpose, party, host, or all strangers take is missing to nobody else', () => {
    expect(decideRoom(some(64), wanted({ purpose: 'logo' }))).toEqual(FREE);
    expect(decideRoom(some(32, stranger), wanted())).toEqual(FREE);
    const one = { id: 'one', isStranger: false };
    expect(
      decideRoom(
        some(16, () => ({ party: one })),
        wanted(),
      ),
    ).toEqual(FREE);
    expect(
      decideRoom(
        some(16, () => ({ host: 'one.example:443' })),
        wanted(),
      ),
    ).toEqual(FREE);
  });

  test('a call that makes room in its party’s share makes it in the others, too', () => {
    const one = { id: 'one', isStranger: true };
    const running = [
      ...some(16, (number) => ({ ...stranger(number), startedAt: 100 })),
      ...some(16, () => ({ party: one, startedAt: 200 })),
    ];
    const decision = decideRoom(running, wanted({ party: one, startedAt: 2 * SECOND }));
    expect(decision).toEqual({ room: 'free', giveUp: [running[16]] });
  });
});
