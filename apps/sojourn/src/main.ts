import { createRequire } from 'node:module';
import { defineCommand, runMain } from 'citty';

// What this command creates holds password hashes and secrets: nobody else's to read.
process.umask(0o077);

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const main = defineCommand({
  meta: {
    name: 'sojourn',
    version,
    description: 'A self-hosted OpenID Connect server: sign in once, stay signed in, sign out everywhere',
  },
  subCommands: {
    start: () => import('./start/start-command.js').then((module) => module.startCommand),
    users: () => import('./users/users-command.js').then((module) => module.usersCommand),
    logs: () => import('./logs/logs-command.js').then((module) => module.logsCommand),
  },
});

await runMain(main);
