/** @typedef {import('../../harbour/browser/family-card.js').FamilyAnswer} FamilyAnswer */

/**
 * Keeps what this page knows of its family: asks its own server after each token that comes.
 *
 * @param {() => void} onChange
 */
export function watchFamily(onChange) {
  /** @type {FamilyAnswer | 'none' | 'asking'} */
  let known = 'none';
  /** @type {string | null} */
  let askedWith = null;

  /** @param {string} accessToken */
  async function ask(accessToken) {
    const answer = await askFamily(accessToken);
    // Of a token that was replaced meanwhile nobody wants to hear.
    if (askedWith !== accessToken) return;
    known = answer;
    onChange();
  }

  return {
    read: () => known,
    /** @param {string | null} accessToken that the page holds now */
    follow: (accessToken) => {
      if (accessToken === askedWith) return;
      askedWith = accessToken;
      if (accessToken === null) known = 'none';
      else {
        // What was told of the token before stays until the answer is there.
        if (known === 'none') known = 'asking';
        void ask(accessToken);
      }
    },
  };
}

/**
 * @param {string} accessToken
 * @returns {Promise<FamilyAnswer>}
 */
async function askFamily(accessToken) {
  try {
    const response = await fetch('/family', { headers: { authorization: `Bearer ${accessToken}` } });
    return await response.json();
  } catch {
    return { outcome: 'cannot-know' };
  }
}
