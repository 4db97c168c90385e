import type { RowText } from '../command-output.js';
import { buildIsoTime, buildIsoTimeOrNull } from '../distance.js';
import { buildDurationText } from '../duration.js';
import { buildTabLine, drawColumns } from '../terminal-text.js';
import { buildShortKid, type ListedKey } from './listed-key.js';

const COLUMNS = drawColumns([
  ['KID', 12],
  ['ALG', 5],
  ['STATUS', 7],
  ['CREATED', 24],
  ['PUBLISHED FOR', 13],
  ['RETIRED', 0],
]);

/** A key is in the published set from the moment it is made. */
export const keyText: RowText<ListedKey> = {
  heading: COLUMNS.heading,
  /** With the whole `kid`. */
  json: ({ kid, alg, status, createdAt, retiredAt }) => {
    const created = buildIsoTime(createdAt);
    const moments = { createdAt: created, publishedSince: created, retiredAt: buildIsoTimeOrNull(retiredAt) };
    return JSON.stringify({ kid, alg, status, ...moments });
  },
  tabs: (key) => {
    const created = buildIsoTime(key.createdAt);
    return buildTabLine([buildShortKid(key.kid), key.alg, key.status, created, created, retiredText(key)]);
  },
  aligned: (key, now) => {
    const published = buildDurationText(now - key.createdAt);
    const cells = [buildShortKid(key.kid), key.alg, key.status, buildIsoTime(key.createdAt), published];
    return [COLUMNS.line([...cells, retiredText(key)])];
  },
};

function retiredText({ retiredAt }: ListedKey): string {
  return buildIsoTimeOrNull(retiredAt) ?? '-';
}
