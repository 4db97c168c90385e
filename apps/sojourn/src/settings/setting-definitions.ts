/** One setting of where the server runs: an environment variable and a flag of the same meaning. */
export interface SettingDefinition {
  /** The flag without its dashes; the variable is `SOJOURN_` and the flag in capitals. */
  readonly flag: string;
  /** What it does, with unit and form. The reference of settings is generated from it. */
  readonly description: string;
  readonly hint: string;
  /** As it would be written; absent where the text says what happens instead. */
  readonly default?: string;
}

/** Every setting of `sojourn start`. A flag goes before its variable. */
export const SETTING_DEFINITIONS = {
  issuer: {
    flag: 'issuer',
    hint: 'URL',
    description:
      'The public address, ending in "/", without path. Plain http only on localhost, *.localhost and loopback addresses. Default: http://localhost:<port>/, https with a certificate.',
  },
  port: {
    flag: 'port',
    hint: 'number',
    description: 'The TCP port to listen on; 0 takes any free one.',
    default: '4400',
  },
  host: {
    flag: 'host',
    hint: 'address',
    description: 'The address to listen on; 0.0.0.0 or :: for all.',
    default: '127.0.0.1',
  },
  databaseUrl: {
    flag: 'database-url',
    hint: 'URL',
    description:
      'sqlite:FILE, sqlite::memory: for a store that ends with the process, or postgres://user:password@host:5432/database, which any number of servers share. What the PostgreSQL driver knows may follow (sslmode=verify-full, host=/a/socket/folder), and pool_max, the connections of a process (10). Writes to a SQLite file run in a thread of their own where its disk takes more than 1 ms to keep one; ?writer=thread or ?writer=main after FILE decides it instead.',
    default: 'sqlite:./data/sojourn.db',
  },
  workers: {
    flag: 'workers',
    hint: 'number',
    description:
      'Processes that serve on this machine, sharing the port; more than 1 with PostgreSQL only. About one for each core.',
    default: '1',
  },
  secret: {
    flag: 'secret',
    hint: 'id:key,…',
    description:
      'What every credential and stored secret is derived from: id:base64url of 32 bytes, comma-separated. The first makes, all verify; dropping one kills everything made under it. Required with PostgreSQL, the same for all servers. Default: made once and kept beside the SQLite file as FILE.secret.',
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    hint: 'addresses',
    description:
      'Addresses or networks (10.0.0.0/8) whose X-Forwarded-For is believed, comma-separated. Default: none.',
  },
  tlsCert: {
    flag: 'tls-cert',
    hint: 'file',
    description: 'A PEM file with the certificate and its chain; goes with tls-key. Default: plain http.',
  },
  tlsKey: { flag: 'tls-key', hint: 'file', description: 'A PEM file with the private key of tls-cert.' },
  outboundAllow: {
    flag: 'outbound-allow',
    hint: 'purpose=host:port,…',
    description:
      'Addresses in private networks that the server itself may call, each for one purpose, comma-separated. Printed at start. Default: none.',
  },
  extraCa: {
    flag: 'extra-ca',
    hint: 'file',
    description: 'A PEM file with certificate authorities that outbound calls trust beside the usual ones.',
  },
  logLevel: {
    flag: 'log-level',
    hint: 'level',
    description: 'The least important lines that are written: debug, info, warn or error.',
    default: 'info',
  },
} as const satisfies Record<string, SettingDefinition>;

/** The name of a setting in this program; people write its variable or its option. */
export type SettingName = keyof typeof SETTING_DEFINITIONS;

/** Every setting, in the order in which the guide and the help tell of them. */
export const SETTING_NAMES = Object.keys(SETTING_DEFINITIONS) as readonly SettingName[];

/** `databaseUrl` → `SOJOURN_DATABASE_URL`. */
export function variableOf(name: SettingName): string {
  return `SOJOURN_${SETTING_DEFINITIONS[name].flag.toUpperCase().replaceAll('-', '_')}`;
}
