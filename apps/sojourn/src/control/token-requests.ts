import { buildEvent, type FamilyStanding, type Store } from '@sojourn/server';
import { buildMomentText } from '../distance.js';
import { findSidFault } from '../sessions/session-id.js';
import { findFamilyIdFault, parseFamilyId } from '../tokens/family-id.js';
import { buildListedFamily, type ListedFamily } from '../tokens/listed-family.js';
import type { ControlPorts } from './control-ports.js';
import type { ControlAnswer, RequestOf } from './control-request.js';
import { everyPage } from './every-page.js';
import { buildAccountText, findFilter } from './named-in-request.js';
import { findTodaysConfiguration, type TodaysConfiguration } from './todays-configuration.js';

type Answer = (line: ControlAnswer) => Promise<void>;

/** Tells refresh token families, those of one session together and those first whose session began first. */
export async function answerFamilyList(
  request: RequestOf<'tokens.list'>,
  { store, now }: ControlPorts,
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  const today = await findTodaysConfiguration(store);
  const { session: sid } = request;
  const missing = sid === null ? null : await findMissingSession(sid, store);
  if (missing !== null) return answer({ refused: missing });
  const filter = await findFilter(request, today, store);
  if ('refused' in filter) return answer(filter);
  const at = now();
  let told = 0;
  for await (const page of everyPageOfFamilies({ ...filter, sid }, store)) {
    for (const standing of page) {
      if (signal.aborted) return;
      const listed = buildNamedFamily(standing, today, at);
      if (request.live && listed.state !== 'live') continue;
      if (told === request.limit) return answer({ done: 'There are more. Leave --limit out to see all.' });
      told += 1;
      await answer({ row: listed });
    }
  }
  return answer({ done: told === 0 ? buildEmptyText(request) : '' });
}

/** Tells one family. */
export async function answerFamily(
  { id }: RequestOf<'tokens.show'>,
  { store, now }: ControlPorts,
  answer: Answer,
): Promise<void> {
  const standing = await findFamily(id, store);
  if ('refused' in standing) return answer(standing);
  await answer({ row: buildNamedFamily(standing, await findTodaysConfiguration(store), now()) });
  return answer({ done: '' });
}

/** Revokes one family: its refresh tokens and the access tokens that came from them. */
export async function revokeFamily(
  { id }: RequestOf<'tokens.revoke'>,
  { store, now }: ControlPorts,
): Promise<ControlAnswer> {
  const standing = await findFamily(id, store);
  if ('refused' in standing) return standing;
  const { applicationOf } = await findTodaysConfiguration(store);
  const name = `The refresh tokens of ${buildAccountText(standing.user)} in ${applicationOf(standing.family.clientId)}`;
  const at = now();
  if ((await revoke(standing, at, store)) === 'revoked') return { done: `${name} are revoked.` };
  const family = (await store.findFamily(standing.family))?.family ?? standing.family;
  const moment =
    family.revokedAt === null ? '' : `: ${family.revokeReason}, ${buildMomentText(family.revokedAt, at)}`;
  return { done: `${name} have been revoked already${moment}.` };
}

/** Revokes every family of a session, which goes on. */
export async function revokeFamiliesOfSession(
  { sid }: RequestOf<'tokens.revoke-of-session'>,
  { store, now }: ControlPorts,
): Promise<ControlAnswer> {
  const missing = await findMissingSession(sid, store);
  if (missing !== null) return { refused: missing };
  const at = now();
  let revoked = 0;
  for await (const page of everyPageOfFamilies({ userId: null, clientId: null, sid }, store)) {
    for (const standing of page) if ((await revoke(standing, at, store)) === 'revoked') revoked += 1;
  }
  return { done: `Refresh token families of the session ${sid} revoked: ${revoked}.` };
}

/** Every family that a filter leaves, dead ones too. */
export function everyPageOfFamilies(
  filter: { readonly userId: string | null; readonly clientId: string | null; readonly sid: string | null },
  store: Store,
): AsyncGenerator<readonly FamilyStanding[]> {
  return everyPage<FamilyStanding>((last, atMost) =>
    store.findFamilies({ ...filter, after: last?.family ?? null, atMost }),
  );
}

/** A family as it is listed, judged and named by today's configuration. */
export function buildNamedFamily(
  standing: FamilyStanding,
  { policyOf, applicationOf }: TodaysConfiguration,
  now: number,
): ListedFamily {
  const { clientId } = standing.family;
  const names = { account: buildAccountText(standing.user), application: applicationOf(clientId) };
  return buildListedFamily(standing, names, policyOf(clientId), now);
}

/** One that is revoked already costs no write. */
async function revoke(
  { family, session }: FamilyStanding,
  now: number,
  store: Store,
): Promise<'revoked' | 'already-revoked'> {
  if (family.revokedAt !== null) return 'already-revoked';
  const { sid, handleHash, clientId } = family;
  const facts = { sid, clientId, userId: session.userId, reason: 'revoked' };
  const events = [buildEvent(now, 'family.revoked', facts)];
  return store.revokeFamily({ key: { sid, handleHash }, reason: 'revoked', now, events });
}

async function findFamily(id: string, store: Store): Promise<FamilyStanding | { refused: string }> {
  const key = parseFamilyId(id);
  if (key === null) return { refused: findFamilyIdFault(id) ?? '' };
  const standing = await store.findFamily(key);
  return standing ?? { refused: `There are no refresh tokens ${id}. See: sojourn tokens list` };
}

async function findMissingSession(sid: string, store: Store): Promise<string | null> {
  const fault = findSidFault(sid);
  if (fault !== null) return fault;
  return (await store.findSession(sid)) === null
    ? `There is no session ${sid}. See: sojourn sessions list`
    : null;
}

function buildEmptyText({ user, client, session, live }: RequestOf<'tokens.list'>): string {
  return user === null && client === null && session === null && !live
    ? 'No refresh tokens. An application gets them where it may have the grant refresh_token and asks for offline_access.'
    : 'No refresh tokens match.';
}
