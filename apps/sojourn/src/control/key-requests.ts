import { JWKS_MAX_AGE_MS, type KeyAdministration, type KeyAlg } from '@sojourn/server';
import { buildDurationText } from '../duration.js';
import { buildKeyOrder, buildShortKid, type ListedKey } from '../keys/listed-key.js';
import type { ControlAnswer, RequestOf } from './control-request.js';

/** Tells every key that a verifier may need. */
export async function answerKeyList(
  keys: KeyAdministration,
  answer: (line: ControlAnswer) => Promise<void>,
): Promise<void> {
  for (const key of buildKeyOrder(keys.list())) await answer({ row: key });
  await answer({ done: '' });
}

/** Has the next keys sign from now on. All of the algorithms that have keys or, where one must wait, none. */
export async function rotateKeys(
  { algs, force }: RequestOf<'keys.rotate'>,
  keys: KeyAdministration,
  now: number,
): Promise<ControlAnswer> {
  const before = keys.list();
  const there = algs.filter((alg) => before.some((key) => key.alg === alg));
  if (there.length === 0) {
    return {
      refused: `There are no ${algs.join(' or ')} keys yet: they are made when a client or an API first uses them.`,
    };
  }
  const early = findEarly(before, there, now);
  if (early !== null && !force) return { refused: buildTooEarlyText(early) };
  const lines: string[] = [];
  const failures: string[] = [];
  for (const alg of there) {
    const outcome = await keys.rotate(alg, { force });
    switch (outcome.outcome) {
      case 'rotated':
        lines.push(buildRotatedLine(alg, outcome, before));
        break;
      case 'too-early':
        failures.push(buildTooEarlyText({ alg, waitMs: outcome.waitMs }));
        break;
      case 'changed':
        failures.push(
          `${alg}: nothing was rotated, because its keys changed at the same moment or it has no next key. See: sojourn keys list`,
        );
        break;
    }
  }
  if (failures.length > 0) return { refused: [...lines, ...failures].join('\n') };
  if (early !== null) {
    lines.push(
      `Until ${buildDurationText(early.waitMs)} from now, whoever verifies with an older copy of the key set may refuse new tokens.`,
    );
  }
  return { done: lines.join('\n') };
}

/** Forgets a retired key before its time. */
export async function retireKey(
  { kid }: RequestOf<'keys.retire'>,
  keys: KeyAdministration,
): Promise<ControlAnswer> {
  const found = keys.list().filter((key) => key.kid.startsWith(kid));
  const [key] = found;
  if (key === undefined || kid === '') {
    return { refused: `There is no key ${JSON.stringify(kid)}. See: sojourn keys list` };
  }
  if (found.length > 1) {
    const kids = found.map((other) => other.kid).join(', ');
    return {
      refused: `${JSON.stringify(kid)} is the beginning of ${found.length} keys: ${kids}. Write more of it.`,
    };
  }
  const name = `${buildShortKid(key.kid)} (${key.alg})`;
  if (key.status !== 'retired') return { refused: buildNotRetiredText(name, key) };
  if ((await keys.retire(key.kid)) === 'not-retired') {
    return { refused: `${name} is gone already; nothing was changed. See: sojourn keys list` };
  }
  const cache = buildDurationText(JWKS_MAX_AGE_MS);
  return {
    done: `Forgot the retired key ${name}. Everything it signed stops verifying: here at once, elsewhere as soon as the key set is read again, at most ${cache} from now.`,
  };
}

interface Early {
  readonly alg: KeyAlg;
  readonly waitMs: number;
}

/** The algorithm whose next key must wait longest until every verifier knows it. */
function findEarly(keys: readonly ListedKey[], algs: readonly KeyAlg[], now: number): Early | null {
  const waits = keys
    .filter(({ alg, status }) => status === 'next' && algs.includes(alg))
    .map(({ alg, createdAt }) => ({ alg, waitMs: createdAt + JWKS_MAX_AGE_MS - now }))
    .filter(({ waitMs }) => waitMs > 0);
  return waits.sort((one, other) => other.waitMs - one.waitMs)[0] ?? null;
}

function buildTooEarlyText({ alg, waitMs }: Early): string {
  const cache = buildDurationText(JWKS_MAX_AGE_MS);
  const wait = buildDurationText(waitMs);
  return [
    `The next ${alg} key is published for ${buildDurationText(JWKS_MAX_AGE_MS - waitMs)}; verifiers may keep the key set for ${cache} and so may not know it yet. Nothing was rotated.`,
    `Wait ${wait}, or give --now: then some of them refuse new tokens for up to ${wait}. That is right where a key has leaked.`,
  ].join('\n');
}

function buildRotatedLine(
  alg: KeyAlg,
  { current, next }: { readonly current: string; readonly next: string },
  before: readonly ListedKey[],
): string {
  const former = before.find((key) => key.alg === alg && key.status === 'current');
  const kept =
    former === undefined ? '' : `, ${buildShortKid(former.kid)} stays published for what it signed`;
  return `${alg}: ${buildShortKid(current)} signs from now on, ${buildShortKid(next)} is published as the next${kept}.`;
}

function buildNotRetiredText(name: string, { alg, status }: ListedKey): string {
  const rotate = `sojourn keys rotate --alg ${alg}`;
  return status === 'current'
    ? `${name} signs now; only a retired key can be forgotten. Rotate first: ${rotate}`
    : `${name} is the next key and has signed nothing yet; only a retired key can be forgotten. If it leaked, rotate twice: ${rotate} --now`;
}
