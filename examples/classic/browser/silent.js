// The hidden frame of `renewAuth` ends here, with the answer in its fragment. This page posts it to the page that
// asked, and to no other origin; auth0.js parses and checks it there. The type keeps it apart from other messages.
window.parent.postMessage(
  { type: 'harbour.silent-answer', hash: window.location.hash },
  window.location.origin,
);
