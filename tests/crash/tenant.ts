import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD } from '../rig/tenant.js';

/** Whose families live through all cycles, and whose come and go with one. */
export const PEOPLE = Array.from({ length: 10 }, (_, index) => `person-${index}@harbour.example`);

export const CALLBACK = 'https://a.test/cb';
export const SIGNED_OUT = 'https://a.test/bye';
export const API = 'https://api.a.test/';

/** `moored` with the overlap that is the default, `brief` with the least that is taken without a warning. */
export type ClientId = 'moored' | 'brief';

/** @returns the tenant file that `sojourn start` loads. */
export function writeTenant(folder: string): string {
  const file = join(folder, 'tenant.json');
  writeFileSync(file, JSON.stringify(crashTenant()));
  return file;
}

function crashTenant(): object {
  const client = {
    app_type: 'spa',
    callbacks: [CALLBACK],
    allowed_logout_urls: [SIGNED_OUT],
    grant_types: ['authorization_code', 'refresh_token'],
    jwt_configuration: { alg: 'ES256' },
  };
  return {
    clients: [
      { ...client, client_id: 'moored', name: 'Harbour Logbook' },
      { ...client, client_id: 'brief', name: 'Harbour Radio', refresh_token: { leeway: 5 } },
    ],
    resourceServers: [
      { identifier: API, name: 'Harbour API', signing_alg: 'ES256', allow_offline_access: true },
    ],
    databases: [{ name: 'Username-Password-Authentication' }],
    users: PEOPLE.map((email) => ({ email, email_verified: true, password: PASSWORD })),
  };
}
