import type { LoadOutcome } from '@sojourn/server';

/** What loading a tenant file did, in lines; made ids and secrets last, because they are told only once. */
export function buildLoadSummary({ created, changed, made }: LoadOutcome): string[] {
  const lines = [...buildList('created', created), ...buildList('changed', changed)];
  if (lines.length === 0) lines.push('tenant file: nothing to change.');
  if (made.length > 0) {
    lines.push('made for you and shown only now:');
    for (const { subject, field, value } of made) lines.push(`  ${subject}: ${field} ${value}`);
  }
  return lines;
}

const NAMED_AT_MOST = 20;

function buildList(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : '';
  return [`tenant file: ${what} ${names.slice(0, NAMED_AT_MOST).join(', ')}${more}.`];
}
