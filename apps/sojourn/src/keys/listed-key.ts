import type { KeyAdministration } from '@sojourn/server';

/** A key as it is listed: everything but the key. */
export type ListedKey = ReturnType<KeyAdministration['list']>[number];

const STATUS_ORDER = ['current', 'next', 'retired'] as const;

/** By algorithm; first what signs now, then what will, then what did, the last retired one first. */
export function buildKeyOrder(keys: readonly ListedKey[]): ListedKey[] {
  return [...keys].sort(
    (one, other) =>
      one.alg.localeCompare(other.alg) ||
      STATUS_ORDER.indexOf(one.status) - STATUS_ORDER.indexOf(other.status) ||
      (other.retiredAt ?? 0) - (one.retiredAt ?? 0),
  );
}

/** Enough of a `kid` to tell a deployment's keys apart; commands take any beginning that is unique. */
export function buildShortKid(kid: string): string {
  return kid.slice(0, 12);
}
