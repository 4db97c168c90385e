// @ts-nocheck: Next is installed for `npm run test:next` only
import { getSession } from '@auth0/nextjs-auth0';
import { createElement } from 'react';

export async function getServerSideProps({ req, res }) {
  const session = await getSession(req, res);
  return { props: { name: session?.user.name ?? null } };
}

export default function Account({ name }) {
  return createElement('p', { id: 'state' }, name === null ? 'signed out' : `${name} is signed in`);
}
