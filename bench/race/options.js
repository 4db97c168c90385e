import { parseArgs } from 'node:util';
import { parseList } from '../options.js';

/**
 * @typedef {object} RaceOptions
 * @property {readonly ('sqlite' | 'postgres')[]} stores
 * @property {number} families
 * @property {number} uses
 */

export const USAGE = `npm run race -- [options]

  --stores LIST     sqlite, postgres (both)
  --families N      raced for, one after the other (100)
  --uses N          of one refresh token, all at once (20)`;

const STORES = /** @type {const} */ (['sqlite', 'postgres']);

/**
 * @param {readonly string[]} args
 * @returns {RaceOptions | string} a sentence saying what is wrong.
 */
export function parseOptions(args) {
  /** @type {ReturnType<typeof readArgs>} */
  let values;
  try {
    values = readArgs(args);
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
  const stores = parseList(values.stores, STORES);
  if (stores === null) return `--stores knows ${STORES.join(', ')}`;
  const numbers = { families: Number(values.families), uses: Number(values.uses) };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) return `--${name} is a whole number from 1`;
  }
  return { ...numbers, stores };
}

/** @param {readonly string[]} args */
function readArgs(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stores: { type: 'string', default: STORES.join(',') },
      families: { type: 'string', default: '100' },
      uses: { type: 'string', default: '20' },
    },
  });
  return values;
}
