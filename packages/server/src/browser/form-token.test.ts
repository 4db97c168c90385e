import { expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { buildFormToken, judgeFormToken } from './form-token.js';

const secrets = parseSecrets(newSecret());
const subject = { browserHash: 'browser', purpose: 'interaction', sid: 'sid-1' };
const token = buildFormToken(secrets, subject);
const [form = '', person = ''] = token.split('.');

test.each([
  ['as it was given', subject, token, 'genuine'],
  ['after somebody else signed in', { ...subject, sid: 'sid-2' }, token, 'outdated'],
  ['after a sign-out', { ...subject, sid: null }, token, 'outdated'],
  ['with a made-up person', subject, `${form}.${form}`, 'outdated'],
  ['without a person', subject, form, 'outdated'],
  ['of another interaction', { ...subject, purpose: 'other' }, token, 'foreign'],
  ['of another browser', { ...subject, browserHash: 'other' }, token, 'foreign'],
  ['of the person alone', subject, `${person}.${person}`, 'foreign'],
  ['with something behind it', subject, `${token}.more`, 'foreign'],
  ['empty', subject, '', 'foreign'],
] as const)('a form’s token %s', (_, asked, presented, verdict) => {
  expect(judgeFormToken(secrets, asked, presented)).toBe(verdict);
});

test('is another under another secret', () => {
  expect(judgeFormToken(parseSecrets(newSecret()), subject, token)).toBe('foreign');
});
