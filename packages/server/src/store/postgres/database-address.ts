import pg from 'pg';

const POOL_MAX = 10;

/** Where the database is, and with how many connections it is used. */
export interface DatabaseAddress {
  readonly config: pg.ClientConfig;
  readonly poolMax: number;
}

/**
 * Everything but `pool_max` is the driver's business: `sslmode`, `options`, `host=/a/folder`, percent-encoded passwords.
 *
 * @param url `postgres://…` or `postgresql://…`.
 * @throws Error where it is no address. The message holds nothing of it, for it may carry a password.
 */
export function readDatabaseAddress(url: string): DatabaseAddress {
  const [, poolMax] = /[?&]pool_max=([^&#]*)/.exec(url) ?? [];
  if (poolMax !== undefined && (!/^\d{1,3}$/.test(poolMax) || Number(poolMax) < 1))
    throw new Error('pool_max in the database URL is not a number from 1 to 999.');
  const config = { connectionString: url, fallback_application_name: 'sojourn' };
  try {
    // The driver reads the address here, and connects later.
    const client = new pg.Client(config);
    if (Number.isNaN(client.port)) throw new TypeError('no port');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Error('a certificate or key that the database URL names cannot be read.');
    throw new Error('the database URL cannot be read; expected postgres://user:password@host:5432/database.');
  }
  return { config, poolMax: poolMax === undefined ? POOL_MAX : Number(poolMax) };
}
