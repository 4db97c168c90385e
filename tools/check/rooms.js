import { posix } from 'node:path';
import { findImports } from './module-graph.js';
import { isScript, isTest } from './syntax.js';

const SOURCE = 'packages/server/src';
const LIST = 'packages/server/README.md';
/** `3. `events/`: …`, or a file that stands alone. */
const ROOM = /^\d+\. `(?<name>[\w.-]+?)\/?`/;

/**
 * Holds the stairs of the server: its rooms are one list, bottom to top, and imports go down only, those of types as well.
 * Tests may stand on the whole house.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkRooms(files) {
  const rooms = readRooms(files.find(({ path }) => path === LIST)?.text ?? '');
  const inside = files.filter((file) => isScript(file) && file.path.startsWith(`${SOURCE}/`));
  const floorOf = new Map(rooms.map(({ name }, floor) => [name, floor]));
  const sources = inside.filter((file) => !isTest(file));
  const empty = rooms
    .filter(({ name }) => !sources.some(({ path }) => roomOf(path) === name))
    .map(({ name, line }) => ({ file: LIST, line, message: `${name} is listed as a room, and is none` }));
  return [...empty, ...sources.flatMap((file) => objectionsTo(file, floorOf))];
}

/**
 * @param {string} readme
 * @returns {{ name: string, line: number }[]}  Bottom to top.
 */
function readRooms(readme) {
  return readme.split('\n').flatMap((text, index) => {
    const name = ROOM.exec(text)?.groups?.name;
    return name === undefined ? [] : [{ name, line: index + 1 }];
  });
}

/**
 * @param {import('./finding.js').SourceFile} file
 * @param {ReadonlyMap<string, number>} floorOf
 * @returns {import('./finding.js').Finding[]}
 */
function objectionsTo(file, floorOf) {
  const home = roomOf(file.path);
  const floor = floorOf.get(home);
  if (floor === undefined)
    return [{ file: file.path, line: 1, message: `${home} is not in the list of rooms in ${LIST}` }];
  return findImports(file).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const other = roomOf(posix.join(posix.dirname(file.path), specifier).replace(/\.js$/, '.ts'));
    const otherFloor = floorOf.get(other) ?? floor;
    return otherFloor <= floor
      ? []
      : [{ file: file.path, line, message: `imports ${specifier}, upwards: ${other} is above ${home}` }];
  });
}

/** @param {string} path */
function roomOf(path) {
  return path.slice(SOURCE.length + 1).split('/')[0] ?? '';
}
