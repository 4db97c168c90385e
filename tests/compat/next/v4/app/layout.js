// @ts-nocheck: Next is installed for `npm run test:next` only
import { createElement } from 'react';

export default function Layout({ children }) {
  return createElement('html', { lang: 'en' }, createElement('body', null, children));
}
