import { sayExactly, sayMoment, sayTimeOfDay } from './words.js';

/** @typedef {'moment' | 'time-of-day'} Says what a `<time>` shows: "in 48 s", which ticks, or "10:31:08" */

/** Keeps every `<time data-says>` on the page true, in the browser's own time zone. */
export function startClock() {
  refresh();
  setInterval(refresh, 1000);
}

function refresh() {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const elements = document.querySelectorAll('time[data-says]');
  for (const element of elements) {
    const at = Date.parse(element.dateTime);
    const words = element.dataset.says === 'moment' ? sayMoment(at, Date.now()) : sayTimeOfDay(at);
    // Unchanged text is left alone: a selection in it survives, and nothing is laid out again.
    if (element.textContent !== words) element.textContent = words;
    element.title = sayExactly(at);
  }
}
