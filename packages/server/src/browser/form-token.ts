import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../credential/secrets.js';

/** What a form is for: one purpose in one browser, and the End-User whom its page named, if any. */
export interface FormSubject {
  readonly browserHash: string;
  /** The interaction's id, or what else is done by the form: one of another purpose is worth nothing. */
  readonly purpose: string;
  /** The session of the End-User whom the page was shown for; `null` where it was shown for nobody yet. */
  readonly sid: string | null;
}

/**
 * - `genuine`: ours, sent by the End-User whom the page was shown for.
 * - `outdated`: ours, but somebody else is signed in here by now, or nobody.
 * - `foreign`: of another browser, another purpose, or made up.
 */
export type FormVerdict = 'genuine' | 'outdated' | 'foreign';

/** The value that a form carries back: `<of browser and purpose>.<of its End-User>`. @see security.md 48 */
export function buildFormToken(secrets: Secrets, { browserHash, purpose, sid }: FormSubject): string {
  const form = `${browserHash} ${purpose}`;
  return `${digest(secrets, form)}.${digest(secrets, `${form} ${sid ?? ''}`)}`;
}

/** Whom a form that came back acts for: for the one whom its page was shown for, or for nobody. */
export function judgeFormToken(secrets: Secrets, subject: FormSubject, presented: string): FormVerdict {
  const [form = '', person = ''] = buildFormToken(secrets, subject).split('.');
  const [givenForm = '', givenPerson = '', ...rest] = presented.split('.');
  if (rest.length > 0 || !isEqual(form, givenForm)) return 'foreign';
  return isEqual(person, givenPerson) ? 'genuine' : 'outdated';
}

function digest(secrets: Secrets, text: string): string {
  return createHmac('sha256', secrets.current.keyFor('csrf')).update(text).digest('base64url');
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
