import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SojournProcess } from '../../command/sojourn-process.js';
import { trustHere } from '../../rig/certificate.js';
import { findPort } from '../../rig/free-port.js';
import { makeAuthority } from './authority.js';
import { fitted } from './fitted.js';
import { Wire } from './wire.js';

export const ADA = {
  email: 'ada@harbour.example',
  name: 'Ada Marin',
  password: 'correct horse battery staple',
};

/** The built server over https, with one person in it. */
export interface Server {
  readonly issuer: string;
  readonly wire: Wire;
  /** Where clients find the authority that they are to trust, PEM. */
  readonly authorityFile: string;
  /** A place for what programs write; gone with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * @param tenantFile the tenant file that the guide shows.
 * @param replaced what stands for what in it: here every application has a port of its own.
 */
export async function startServer(
  tenantFile: string,
  replaced: Readonly<Record<string, string>>,
): Promise<Server> {
  const authority = await makeAuthority();
  trustHere({ cert: authority.ca, key: '' });
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-foreign-'));
  // Programs that give up their rights read the authority too.
  chmodSync(folder, 0o755);
  const fileOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const wire = new Wire(authority);
  const issuer = await wire.listen();
  const port = await findPort();
  wire.leadTo(port);
  const authorityFile = fileOf('authority.pem', authority.ca);
  const tenant = fitted(tenantFile, folder, replaced);
  appendFileSync(tenant, person());
  const sojourn = new SojournProcess([
    ...['start', '--issuer', issuer, '--port', String(port), '--database-url', 'sqlite::memory:'],
    ...['--tls-cert', fileOf('server.pem', authority.cert), '--tls-key', fileOf('server.key', authority.key)],
    ...['--tenant', tenant],
  ]);
  const stop = async () => {
    sojourn.child.kill('SIGKILL');
    await sojourn.ended();
    await wire.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await sojourn.issuer();
  } catch (error) {
    await stop();
    throw error;
  }
  return { issuer, wire, authorityFile, folder, stop };
}

/** Beside what the guide shows: somebody who can sign in. */
function person(): string {
  const { email, name, password } = ADA;
  const entry = `  - email: ${email}\n    email_verified: true\n    name: ${name}\n    password: ${password}\n`;
  return `databases:\n  - name: Username-Password-Authentication\nusers:\n${entry}`;
}
