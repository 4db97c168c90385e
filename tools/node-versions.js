import { ToolFailure } from './tool-failure.js';

/** npm's own names of systems; the others are called as Node calls them. */
const SYSTEMS = new Map([['win32', 'win']]);

/**
 * What `npm run test:node -- 22 24 tests/http` asks for: Node versions first, the rest is for vitest.
 *
 * @param {readonly string[]} given
 * @returns {{ majors: string[], vitestArguments: string[] }}
 * @throws {ToolFailure} No version was named, or something that looks like one is none.
 */
export function parseNodeVersionArguments(given) {
  const end = given.findIndex((argument) => !/^v?\d/.test(argument));
  const versions = end === -1 ? given : given.slice(0, end);
  const wrong = versions.find((version) => !/^\d{2}$/.test(version));
  if (wrong !== undefined) {
    throw new ToolFailure(
      `"${wrong}" is not a version this can run on; expected a major version such as 22.`,
    );
  }
  if (versions.length === 0) throw new ToolFailure('On which Node? For example: npm run test:node -- 22 24');
  return { majors: [...new Set(versions)], vitestArguments: end === -1 ? [] : given.slice(end) };
}

/**
 * The npm package that carries the plain Node binary of a system.
 *
 * @param {string} platform  As `process.platform` says it.
 * @param {string} arch  As `process.arch` says it.
 */
export function nodePackageFor(platform, arch) {
  return `node-${SYSTEMS.get(platform) ?? platform}-${arch}`;
}

/**
 * Where that binary lies inside its package.
 *
 * @param {string} platform
 */
export function nodeFileFor(platform) {
  return platform === 'win32' ? 'bin/node.exe' : 'bin/node';
}
