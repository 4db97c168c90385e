import { describe, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import type { HttpRequest } from '../http/request.js';
import {
  bindBrowser,
  buildBrowserCookie,
  buildNextBinding,
  decideOldestGeneration,
  findBinding,
  IN_FLIGHT_MS,
  isBoundTo,
} from './browser-binding.js';

const NOW = 1_800_000_000_500;
const secrets = parseSecrets(newSecret());
const asking = (cookie?: string): HttpRequest => ({
  method: 'GET',
  path: '/',
  rawQuery: '',
  header: (name) => (name === 'cookie' ? cookie : undefined),
  rawBody: '',
  peerAddress: '192.0.2.1',
});
const cookieOf = (line: string) => line.slice(0, line.indexOf(';'));
const made = bindBrowser(asking(), secrets, NOW);

describe('design.md 4: the binding of a browser', () => {
  test('is found as it was given, and kept', () => {
    const cookie = cookieOf(buildBrowserCookie(made, secrets));
    expect(findBinding(asking(cookie), secrets)).toEqual(made);
    expect(bindBrowser(asking(cookie), secrets, NOW + 1_000_000)).toEqual(made);
  });

  test('made up, altered or under another secret it is none', () => {
    const cookie = cookieOf(buildBrowserCookie(made, secrets));
    for (const wrong of [undefined, '__Host-sojourn.browser=AAAAAAAAAAAAAAAAAAAAAA', `${cookie}A`])
      expect(findBinding(asking(wrong), secrets)).toBeNull();
    expect(findBinding(asking(cookie), parseSecrets(newSecret()))).toBeNull();
  });

  test('its next value is of the same browser, always later, and not to be computed from it', () => {
    const next = buildNextBinding(made, NOW);
    expect(next).toEqual({ ...made, generation: made.generation + 1 });
    expect(buildNextBinding(next, NOW + 60_000).generation).toBe(Math.floor((NOW + 60_000) / 1000));
    const [value, later] = [made, next].map((binding) => cookieOf(buildBrowserCookie(binding, secrets)));
    const forged = (value ?? '').replace(`.${made.generation}.`, `.${next.generation}.`);
    expect(forged).not.toBe(later);
    expect(findBinding(asking(forged), secrets)).toBeNull();
  });

  test('what begins is found by the value presented; by those before it too while that one is young', () => {
    const madeAt = made.generation * 1000;
    expect(decideOldestGeneration(made, madeAt + IN_FLIGHT_MS)).toBe(made.generation);
    expect(decideOldestGeneration(made, madeAt + IN_FLIGHT_MS - 1)).toBe(0);
  });

  test('what waits is finished by the value that it has, a later one, or until 30 s the one before', () => {
    const movedTo = made.generation + 10;
    const waiting = { browserHash: made.browserHash, browserGeneration: movedTo };
    const at = movedTo * 1000;
    expect(isBoundTo(waiting, { ...made, generation: movedTo }, at + 10 * IN_FLIGHT_MS)).toBe(true);
    expect(isBoundTo(waiting, { ...made, generation: movedTo + 1 }, at + 10 * IN_FLIGHT_MS)).toBe(true);
    expect(isBoundTo(waiting, made, at + IN_FLIGHT_MS - 1)).toBe(true);
    expect(isBoundTo(waiting, made, at + IN_FLIGHT_MS)).toBe(false);
    expect(isBoundTo({ ...waiting, browserHash: 'other' }, made, at)).toBe(false);
  });
});
