import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTACHMENT_OVERLAP_MS, decideAttachment, decideAttachmentStep } from './attachment.js';
import type { Attachment } from './attachment-store.js';

const NOW = 1_700_000_000_000;

function anAttachment(overrides: Partial<Attachment> = {}): Attachment & { handleHash: string } {
  return {
    sid: 'sid-1',
    clientId: 'spa-a',
    origin: 'https://a.test',
    generation: 5,
    kid: 'k1',
    previousKid: 'k1',
    movedAt: NOW,
    jkt: null,
    endedAt: null,
    handleHash: 'handle',
    ...overrides,
  };
}

const presented = (generation: number, kid = 'k1') => ({ generation, kid });
const aMove = (presentedGeneration: number | null, handleHash = 'handle') => ({
  handleHash,
  kid: 'k1',
  origin: 'https://a.test',
  presentedGeneration,
  overlapMs: ATTACHMENT_OVERLAP_MS,
  jkt: null,
});

describe('design.md 3: derived credentials, judged as a refresh token family is', () => {
  test.each([
    ['the current value', 5, 0, 'accept'],
    ['the current value, however old', 5, 365 * 86_400_000, 'accept'],
    ['its predecessor within the overlap', 4, ATTACHMENT_OVERLAP_MS - 1, 'accept'],
    ['its predecessor after the overlap', 4, ATTACHMENT_OVERLAP_MS, 'replayed'],
    ['the value before that, at once', 3, 0, 'replayed'],
    ['the first value', 1, 0, 'replayed'],
    ['a value that the store does not know yet', 6, 0, 'rolled-back'],
  ])('%s: generation %i after %i ms: %s', (_name, generation, elapsed, verdict) => {
    expect(decideAttachment(anAttachment(), presented(generation), NOW + elapsed)).toEqual({ verdict });
  });

  test('"The row keeps the kid of its current and previous generation; any other is refused"', () => {
    const rotated = anAttachment({ kid: 'k2', previousKid: 'k1' });
    expect(decideAttachment(rotated, presented(5, 'k2'), NOW).verdict).toBe('accept');
    expect(decideAttachment(rotated, presented(4, 'k1'), NOW).verdict).toBe('accept');
    expect(decideAttachment(rotated, presented(5, 'k1'), NOW).verdict).toBe('ended');
    expect(decideAttachment(rotated, presented(4, 'k0'), NOW).verdict).toBe('replayed');
  });

  test('an ended one answers nothing, whatever is presented', () => {
    const ended = anAttachment({ endedAt: NOW });
    for (const generation of [4, 5, 6])
      expect(decideAttachment(ended, presented(generation), NOW).verdict).toBe('ended');
  });
});

describe('design.md 4: what an exchange does to the attachment', () => {
  test.each([
    ['the first in this session', null, aMove(null), 0, 'place'],
    ['after a new sign-in, with another handle', anAttachment(), aMove(null, 'other'), 0, 'place'],
    ['from the current value', anAttachment(), aMove(5), 0, 'advance'],
    ['the second of two tabs', anAttachment(), aMove(4), 0, 'repeat'],
    ['late, from a predecessor', anAttachment(), aMove(4), ATTACHMENT_OVERLAP_MS, 'none'],
    ['from a value that is older', anAttachment(), aMove(3), 0, 'none'],
    [
      'from no attachment, the current one young',
      anAttachment(),
      aMove(null),
      ATTACHMENT_OVERLAP_MS - 1,
      'repeat',
    ],
    [
      'from no attachment, the current one older',
      anAttachment(),
      aMove(null),
      ATTACHMENT_OVERLAP_MS,
      'advance',
    ],
    ['from an attachment that is gone', null, aMove(5), 0, 'none'],
    ['from an attachment that was replaced', anAttachment(), aMove(5, 'other'), 0, 'none'],
    ['from an ended one', anAttachment({ endedAt: NOW }), aMove(5), 0, 'none'],
  ])('%s: %s', (_name, found, move, elapsed, step) => {
    expect(decideAttachmentStep(found, move, NOW + elapsed)).toEqual({ step });
  });
});

/** The rules that the store carries out, in ten lines, so that any history can be played. */
function play(
  found: (Attachment & { handleHash: string }) | null,
  move: ReturnType<typeof aMove>,
  now: number,
) {
  const { step } = decideAttachmentStep(found, move, now);
  if (step === 'none' || (found === null && step !== 'place')) return { row: found, given: null };
  if (found === null || step === 'place') {
    const row = anAttachment({ generation: 1, movedAt: now, previousKid: null });
    return { row, given: 1 };
  }
  if (step === 'repeat') return { row: found, given: found.generation };
  const generation = found.generation + 1;
  return {
    row: { ...found, generation, previousKid: found.kid, movedAt: now, endedAt: null },
    given: generation,
  };
}

describe('properties', () => {
  const attachment = fc
    .record({
      generation: fc.integer({ min: 1, max: 50 }),
      movedAt: fc.integer({ min: NOW - 100_000, max: NOW }),
      kid: fc.constantFrom('k1', 'k2'),
      previousKid: fc.constantFrom(null, 'k1', 'k2'),
    })
    .map(anAttachment);

  test('a value older than the predecessor is never accepted, at any time and under any key', () => {
    fc.assert(
      fc.property(
        attachment,
        fc.integer({ min: 2, max: 60 }),
        fc.constantFrom('k1', 'k2'),
        fc.nat(100_000),
        (row, age, kid, elapsed) => {
          const verdict = decideAttachment(row, presented(row.generation - age, kid), NOW + elapsed);
          expect(verdict).toEqual({ verdict: 'replayed' });
        },
      ),
    );
  });

  test('a predecessor is accepted within the overlap only', () => {
    fc.assert(
      fc.property(attachment, fc.nat(100_000), (row, elapsed) => {
        const { verdict } = decideAttachment(row, presented(row.generation - 1), NOW + elapsed);
        const young = NOW + elapsed < row.movedAt + ATTACHMENT_OVERLAP_MS;
        expect(verdict).toBe(young && row.previousKid === 'k1' ? 'accept' : 'replayed');
      }),
    );
  });

  test('within the overlap the same generation never leads to two different values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ age: fc.nat(2), elapsed: fc.nat(20_000) }), { maxLength: 30 }),
        (uses) => {
          let now = NOW;
          let row: (Attachment & { handleHash: string }) | null = anAttachment();
          const given = new Map<number, number>();
          for (const { age, elapsed } of uses) {
            now += elapsed;
            const generation = (row?.generation ?? 1) - age;
            const played = play(row, aMove(generation), now);
            row = played.row;
            if (played.given === null) continue;
            expect(given.get(generation) ?? played.given).toBe(played.given);
            given.set(generation, played.given);
            expect(played.given).toBe(generation + 1);
          }
        },
      ),
    );
  });

  test('the generation never goes back, and moves by one', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ generation: fc.option(fc.integer({ min: 0, max: 12 })), elapsed: fc.nat(60_000) }),
        ),
        (uses) => {
          let now = NOW;
          let row: (Attachment & { handleHash: string }) | null = anAttachment();
          for (const { generation, elapsed } of uses) {
            now += elapsed;
            const before: number = row?.generation ?? 0;
            row = play(row, aMove(generation), now).row;
            expect([before, before + 1]).toContain(row?.generation);
          }
        },
      ),
    );
  });
});
