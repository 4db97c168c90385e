import { EVENT_TYPES, type RecordedEvent } from '@sojourn/server/words';
import type { RowText } from '../command-output.js';
import { buildIsoTime } from '../distance.js';
import { buildTabLine, drawColumns } from '../terminal-text.js';

/** With the width that most values keep to. */
const COLUMNS = drawColumns([
  ['TIME', 24],
  ['CODE', 15],
  ['EVENT', 27],
  ['REASON', 28],
  ['CLIENT', 32],
  ['USER', 30],
  ['ADDRESS', 0],
]);

/** What happened, a line each. Auth0's code is not stored, because it follows from the name. */
export const eventText: RowText<RecordedEvent> = {
  heading: COLUMNS.heading,
  json: ({ at, name, ...rest }) =>
    JSON.stringify({ time: buildIsoTime(at), code: EVENT_TYPES[name], event: name, ...rest }),
  tabs: (event) => buildTabLine(buildCells(event)),
  aligned: (event) => [COLUMNS.wholeLine(buildCells(event))],
};

function buildCells(event: RecordedEvent): string[] {
  return [
    buildIsoTime(event.at),
    EVENT_TYPES[event.name] ?? '-',
    event.count > 1 ? `${event.name} ×${event.count}` : event.name,
    event.reason ?? '-',
    event.clientId ?? '-',
    event.userId ?? '-',
    event.address ?? '-',
  ];
}
