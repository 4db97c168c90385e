import { defineCommand, runMain } from 'citty';
import { silenceSqliteWarning } from './sqlite-warning.js';
import { version } from './version.js';

// What this command creates holds password hashes and secrets: nobody else's to read.
process.umask(0o077);

silenceSqliteWarning();

const main = defineCommand({
  meta: {
    name: 'sojourn',
    version,
    description: 'A self-hosted OpenID Connect server: sign in once, stay signed in, sign out everywhere',
  },
  subCommands: {
    start: () => import('./start/start-command.js').then((module) => module.startCommand),
    users: () => import('./users/users-command.js').then((module) => module.usersCommand),
    sessions: () => import('./sessions/sessions-command.js').then((module) => module.sessionsCommand),
    tokens: () => import('./tokens/tokens-command.js').then((module) => module.tokensCommand),
    keys: () => import('./keys/keys-command.js').then((module) => module.keysCommand),
    doctor: () => import('./doctor/doctor-command.js').then((module) => module.doctorCommand),
    logs: () => import('./logs/logs-command.js').then((module) => module.logsCommand),
  },
});

await runMain(main);
