/**
 * Calls `renew` at the planned moment, while the page is visible. A moment that passes in the background is made
 * up for when the page comes back into view or the network returns.
 *
 * @param {(why: string) => void} renew
 * @param {(why: string) => void} look called instead where nothing was planned: the page came back
 */
export function createRenewalClock(renew, look) {
  /** @type {number | null} */
  let plannedAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const isDue = () => plannedAt !== null && Date.now() >= plannedAt;

  /** @param {string} why */
  function comeBack(why) {
    if (isDue()) renew(why);
    else if (plannedAt === null) look(why);
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) comeBack('the page came back into view');
  });
  window.addEventListener('online', () => comeBack('the network came back'));

  return {
    /** @param {number | null} at `null`: nothing is planned */
    plan(at) {
      clearTimeout(timer);
      plannedAt = at;
      if (at === null) return;
      timer = setTimeout(() => {
        if (!document.hidden) renew('ahead of expiry');
      }, at - Date.now());
    },
  };
}
