import { startDemo } from './demo.js';

try {
  await run();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

/** Runs the demo until Ctrl-C, or until the server ends by itself. */
async function run() {
  console.log('Starting the demo…');
  const demo = await startDemo({ onLine: (line) => console.error(line) });
  let isStopping = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, async () => {
      // Somebody who presses Ctrl-C twice does not want to wait.
      if (isStopping) process.exit(1);
      isStopping = true;
      console.log('\nStopping…');
      await demo.stop();
      process.exit(0);
    });
  }
  void demo.ended.then(async (words) => {
    if (isStopping) return;
    isStopping = true;
    await demo.stop();
    fail(words);
  });
  console.log(announce(demo));
}

/** @param {import('./demo.js').Demo} demo */
function announce({ addresses, user }) {
  return `
  Harbour Shop     ${addresses.shop}
  Harbour Docs     ${addresses.docs}
  Harbour Desk     ${addresses.desk}
  Harbour Classic  ${addresses.classic}
  Harbour API      ${addresses.api}
  Sojourn          ${addresses.issuer}

  Sign in as       ${user.email}
  Password         ${user.password}

  Open Harbour Shop and sign in, then open Harbour Docs. Ctrl-C stops everything.
`;
}

/** @param {string} words */
function fail(words) {
  console.error(`\n${words}\nThe demo has stopped. Its files are in .sojourn/demo/.`);
  process.exit(1);
}
