import { isIP } from 'node:net';
import { type Problem, parseSecrets, SecretError, type Secrets } from '@sojourn/server/words';
import { type Database, parseDatabaseUrl } from './database-url.js';
import type { GivenSettings } from './given-settings.js';
import { parseIssuer } from './issuer.js';
import type { Parsed } from './parsed.js';
import {
  SETTING_DEFINITIONS,
  type SettingDefinition,
  type SettingName,
  variableOf,
} from './setting-definitions.js';

/** The least serious lines that are still written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
const MAKE_SECRET = `write k1:$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')`;
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** An address in a private network that the server may call. */
export interface OutboundAllowance {
  readonly purpose: string;
  readonly host: string;
  readonly port: number;
}

/** Where the server runs, every setting understood. Files are named, not yet read. */
export interface Settings {
  /** `null`: `http://localhost:<port>/`, https with TLS. */
  readonly issuer: string | null;
  readonly port: number;
  readonly host: string;
  readonly database: Database;
  /** How many processes serve. */
  readonly workers: number;
  /** `null`: to be found or made beside the SQLite file, or made for a store in memory. */
  readonly secrets: Secrets | null;
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly outboundAllow: readonly OutboundAllowance[];
  readonly extraCaFile: string | null;
  readonly logLevel: LogLevel;
}

/** Settings that can be started with, or everything that is wrong with them. */
export type SettingsOutcome =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads all settings and reports all mistakes at once, each by the name under which it was written. */
export function parseSettings(given: GivenSettings): SettingsOutcome {
  const problems: Problem[] = [];
  const read = <T>(name: SettingName, parse: (text: string) => Parsed<T>): T | null => {
    const definition: SettingDefinition = SETTING_DEFINITIONS[name];
    const text = given[name]?.text ?? definition.default;
    if (text === undefined) return null;
    const parsed = parse(text.trim());
    if ('value' in parsed) return parsed.value;
    problems.push(problemOf(given, name, parsed.found ?? JSON.stringify(text), parsed.expected));
    return null;
  };
  const issuer = read('issuer', parseIssuer);
  const port = read('port', parsePort);
  const host = read('host', parseHost);
  const database = read('databaseUrl', parseDatabaseUrl);
  const workers = read('workers', parseWorkers);
  const secrets = read('secret', parseSecret);
  const trustedProxies = read('trustedProxies', parseTrustedProxies);
  const certFile = read('tlsCert', parseFileName);
  const keyFile = read('tlsKey', parseFileName);
  const outboundAllow = read('outboundAllow', parseOutboundAllow);
  const extraCaFile = read('extraCa', parseFileName);
  const logLevel = read('logLevel', parseLogLevel);

  if ((certFile === null) !== (keyFile === null)) {
    const absent = certFile === null ? 'tlsCert' : 'tlsKey';
    problems.push(problemOf(given, absent, 'missing', 'a certificate and its key go together'));
  }
  if (certFile !== null && issuer?.startsWith('http:')) {
    problems.push(
      problemOf(given, 'issuer', JSON.stringify(issuer), 'with a certificate the issuer begins with https:'),
    );
  }
  if (workers !== null && workers > 1 && database !== null && database.kind !== 'postgres') {
    const expected = 'SQLite has one server process: write 1, or give a PostgreSQL database';
    problems.push(problemOf(given, 'workers', String(workers), expected));
  }
  if (database?.kind === 'postgres' && given.secret === undefined) {
    const expected = `all servers of a PostgreSQL database have the same: ${MAKE_SECRET}`;
    problems.push(problemOf(given, 'secret', 'missing', expected));
  }
  if (problems.length > 0 || port === null || host === null || database === null || logLevel === null) {
    return { ok: false, problems };
  }
  const tls = certFile === null || keyFile === null ? null : { certFile, keyFile };
  return {
    ok: true,
    settings: {
      ...{ issuer, port, host, database, secrets, tls, extraCaFile, logLevel },
      workers: workers ?? 1,
      trustedProxies: trustedProxies ?? [],
      outboundAllow: outboundAllow ?? [],
    },
  };
}

/** A mistake in a setting, by the name it was given under; one that was not given, by its variable. */
export function problemOf(given: GivenSettings, name: SettingName, found: string, expected: string): Problem {
  return { path: given[name]?.from ?? variableOf(name), subject: null, found, expected, isReference: false };
}

function parsePort(text: string): Parsed<number> {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535
    ? { value: port }
    : { expected: 'expected a port from 1 to 65535, or 0 for any free one' };
}

function parseWorkers(text: string): Parsed<number> {
  const workers = Number(text);
  return /^\d{1,2}$/.test(text) && workers >= 1 && workers <= 64
    ? { value: workers }
    : { expected: 'expected a number of processes from 1 to 64' };
}

function parseHost(text: string): Parsed<string> {
  return isIP(text) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text)
    ? { value: text }
    : { expected: 'expected an address to listen on, such as 127.0.0.1, 0.0.0.0, :: or localhost' };
}

/** The message never holds the text. */
export function parseSecret(text: string): Parsed<Secrets> {
  try {
    return { value: parseSecrets(text) };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    const reason = error.message.replace(/\.$/, '');
    return { found: `a text of ${text.length} characters`, expected: reason };
  }
}

function parseTrustedProxies(text: string): Parsed<readonly string[]> {
  const entries = listOf(text);
  const wrong = entries.find((entry) => !isNetwork(entry));
  return wrong === undefined
    ? { value: entries }
    : { expected: `${JSON.stringify(wrong)} is neither an address nor a network such as 10.0.0.0/8` };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function parseOutboundAllow(text: string): Parsed<readonly OutboundAllowance[]> {
  const allowances: OutboundAllowance[] = [];
  for (const entry of listOf(text)) {
    const match = /^([a-z][a-z_-]*)=(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(entry);
    const [, purpose, host, port] = match ?? [];
    if (purpose === undefined || host === undefined || Number(port) < 1 || Number(port) > 65_535) {
      return { expected: `${JSON.stringify(entry)} is not of the form purpose=host:port` };
    }
    // design.md 2: never for rules. They are customer code, and this list would be their way into the network.
    if (purpose === 'rules') return { expected: 'rules never reach private networks: remove the entry' };
    allowances.push({ purpose, host, port: Number(port) });
  }
  return { value: allowances };
}

function parseFileName(text: string): Parsed<string> {
  return text === '' ? { expected: 'expected the name of a file' } : { value: text };
}

function parseLogLevel(text: string): Parsed<LogLevel> {
  const level = LOG_LEVELS.find((known) => known === text);
  return level === undefined ? { expected: `expected one of ${LOG_LEVELS.join(', ')}` } : { value: level };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
