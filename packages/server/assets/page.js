// Comfort only: without it every page does the same.
(() => {
  let working = null;

  function settle() {
    if (working === null) return;
    clearTimeout(working.timer);
    working.button?.removeAttribute('aria-disabled');
    if (working.button?.dataset.busy) working.button.textContent = working.label;
    working = null;
  }

  document.addEventListener('submit', (event) => {
    if (working !== null) {
      event.preventDefault();
      return;
    }
    // Password managers look for a password field at this moment.
    for (const toggle of toggles) show(toggle, false);
    const button = event.submitter;
    // A page that stays, because its loading was stopped, has to be usable again.
    working = { button, label: button?.textContent, timer: setTimeout(settle, 10000) };
    // Never `disabled`: a disabled button's name and value are not sent.
    button?.setAttribute('aria-disabled', 'true');
    if (button?.dataset.busy) button.textContent = button.dataset.busy;
  });

  // Also when the browser brings the page back as it was left.
  addEventListener('pageshow', settle);

  const toggles = document.querySelectorAll('[data-shows]');

  function show(toggle, shown) {
    document.getElementById(toggle.dataset.shows).type = shown ? 'text' : 'password';
    toggle.setAttribute('aria-pressed', String(shown));
  }

  for (const toggle of toggles) {
    toggle.hidden = false;
    toggle.addEventListener('click', () => show(toggle, toggle.getAttribute('aria-pressed') !== 'true'));
  }
})();
