import { ConfigurationChanged } from '../../fault/fault.js';
import type { Answer, Run, Statement } from './connections.js';

/** The channel on which nodes wake each other. The message has no content: whoever hears it reads. */
export const CHANNEL = 'sojourn_configuration';

const ADVANCE: Statement = {
  name: 'advance-configuration',
  text: `WITH advanced AS (UPDATE configuration_version SET version = version + 1 RETURNING version)
    SELECT version, pg_notify('${CHANNEL}', '') FROM advanced`,
};

/**
 * Tells all nodes, when the transaction commits, that configuration or keys have changed.
 *
 * @returns the version that the change is part of.
 */
export async function advanceConfiguration(run: Run): Promise<number> {
  return (await run(ADVANCE)).rows[0]?.version as number;
}

/**
 * For hot writes, which are judged by configuration that a node has in memory: whether the store still has the same.
 * `$1` is the version that the node read last; `null` for a command, which judges nothing by it.
 */
export const CURRENT_CTE =
  'current AS MATERIALIZED (SELECT $1::bigint IS NULL OR version = $1::bigint AS holds FROM configuration_version)';

/** The version of the configuration that this node has in memory. */
export class KnownVersion {
  #version: number | null = null;

  get(): number | null {
    return this.#version;
  }

  set(version: number): void {
    this.#version = version;
  }
}

/** @throws ConfigurationChanged where the answer to a statement says so. */
export function requireCurrent({ rows }: Answer): void {
  if (rows[0]?.current !== true) throw new ConfigurationChanged('the configuration has changed');
}
