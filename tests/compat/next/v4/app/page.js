// @ts-nocheck: Next is installed for `npm run test:next` only
import { createElement } from 'react';
import { auth0 } from '../auth0';

export default async function Account() {
  const session = await auth0.getSession();
  const state = session === null ? 'signed out' : `${session.user.name} is signed in`;
  return createElement('p', { id: 'state' }, state);
}
