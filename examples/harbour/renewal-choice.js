import { html } from './browser/html.js';

/**
 * How an application stays signed in: the visitor's choice, one for each application.
 *
 * @typedef {'silent' | 'refresh-tokens'} RenewalChoice
 */

/**
 * The two ways, each with its sentence.
 *
 * @param {object} ways
 * @param {RenewalChoice | null} ways.chosen `null` where the page's script says
 * @param {string} ways.silent what it means in this application
 * @param {string} ways.refreshTokens
 */
export function renderRenewalChoice({ chosen, silent, refreshTokens }) {
  return html`<fieldset class="choice">
<legend>How you stay signed in here</legend>
${renderWay('silent', 'Silent authentication', silent, chosen)}
${renderWay('refresh-tokens', 'Refresh tokens', refreshTokens, chosen)}
</fieldset>`;
}

/**
 * @param {RenewalChoice} value
 * @param {string} name
 * @param {string} sentence
 * @param {RenewalChoice | null} chosen
 */
function renderWay(value, name, sentence, chosen) {
  return html`<label><input type="radio" name="renewal" value="${value}" aria-describedby="about-${value}"${value === chosen && html` checked`}> ${name}</label>
<p class="quiet" id="about-${value}">${sentence}</p>`;
}
