/** A session's public id: eight characters of its moment, and 128 random bits. */
const SID = /^[\w-]{20,40}$/;

/** What is wrong with the id of a session; `null` where nothing is. */
export function findSidFault(text: string): string | null {
  if (SID.test(text)) return null;
  return `${buildEcho(text)} is no session id; expected about 30 letters, digits, - or _. See: sojourn sessions list`;
}

/** What was given, to be told back: but never a credential that somebody pasted. */
export function buildEcho(text: string): string {
  return /^v\d\.|^ey/.test(text) || text.length > 60 ? 'This' : JSON.stringify(text);
}
