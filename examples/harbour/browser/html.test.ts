import { expect, test } from 'vitest';
import { html } from './html.js';

test('every value is escaped, markup is not escaped twice', () => {
  const name = html`<b>${'<img src=x onerror="alert(1)">'}</b>`;
  expect(html`<p>${name}${null}${false}${[html`<i></i>`, '&']}</p>`.text).toBe(
    '<p><b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;</b><i></i>&amp;</p>',
  );
});
