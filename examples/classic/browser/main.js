import { startClock } from '../../harbour/browser/clock.js';
import { readHistory } from '../../harbour/browser/history.js';
import { createAuth0Js } from './auth0-js.js';
import { renderGuide } from './guide.js';
import { $ } from './libraries.js';
import { createSession } from './session.js';
import { readTokens } from './tokens.js';
import { show } from './view.js';

const RENEWAL_METHOD = 'harbour.renewal-method';

/** @type {import('../server.js').ClassicConfiguration} */
const configuration = await (await fetch('/configuration.json')).json();

const session = createSession({
  auth0Js: createAuth0Js(configuration),
  configuration,
  chooseMethod,
  onChange: (state) =>
    show(
      state,
      readTokens(),
      readHistory(),
      renderGuide(state, configuration.neighbour),
      configuration.demoUser,
    ),
});

$('#sign-in').on('click', () => session.signIn());
$('#renew').on('click', () => void session.renew('you asked'));
$('#call-api').on('click', () => void session.callApi());
$('#sign-out').on('click', () => session.signOut());

$('#by-renew-auth')
  .prop('checked', chooseMethod() === 'renewAuth')
  .on('change', ({ target }) => {
    localStorage.setItem(RENEWAL_METHOD, target.checked ? 'renewAuth' : 'checkSession');
  });

startClock();
await session.open();

/** The visitor's switch. It counts from the next renewal on. */
function chooseMethod() {
  return localStorage.getItem(RENEWAL_METHOD) === 'renewAuth' ? 'renewAuth' : 'checkSession';
}
