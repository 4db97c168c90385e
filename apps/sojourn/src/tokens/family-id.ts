import type { FamilyKey } from '@sojourn/server';
import { buildEcho, findSidFault } from '../sessions/session-id.js';

/** 132 bits. */
const HANDLE_HASH = /^[\w-]{22}$/;

/** What families are listed and asked for by. */
export function buildFamilyId({ sid, handleHash }: FamilyKey): string {
  return `${sid}.${handleHash}`;
}

/** @returns `null` where it is no id of a family. */
export function parseFamilyId(id: string): FamilyKey | null {
  const [sid = '', handleHash = '', ...rest] = id.split('.');
  const isWell = rest.length === 0 && findSidFault(sid) === null && HANDLE_HASH.test(handleHash);
  return isWell ? { sid, handleHash } : null;
}

/** What is wrong with the id of a family; `null` where nothing is. */
export function findFamilyIdFault(id: string): string | null {
  if (parseFamilyId(id) !== null) return null;
  if (/^v\d\./.test(id)) {
    return 'This is a refresh token itself, which nobody but its application should see. Give the id of its family. See: sojourn tokens list';
  }
  return `${buildEcho(id)} is no id of refresh tokens; expected a session id, a dot and 22 letters, digits, - or _. See: sojourn tokens list`;
}
