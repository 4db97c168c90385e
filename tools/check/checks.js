import { root } from '../root.js';
import { checkCircles } from './circles.js';
import { checkDocstrings } from './docstrings.js';
import { checkImports } from './imports.js';
import { checkLint } from './lint.js';
import { checkLockfile } from './lockfile.js';
import { checkMachinePaths } from './machine-paths.js';
import { checkNames } from './names.js';
import { checkPurity } from './purity.js';
import { checkRooms } from './rooms.js';
import { checkTypes } from './types.js';
import { checkUnrunTests } from './unrun-tests.js';

/**
 * Everything that `npm run check` looks at. All of them run, so that one round shows all there is to mend.
 *
 * @type {{ title: string,
 *   run: (files: readonly import('./finding.js').SourceFile[]) =>
 *     import('./finding.js').Finding[] | Promise<import('./finding.js').Finding[]> }[]}
 */
export const checks = [
  { title: 'Types', run: () => checkTypes('tsconfig.check.json') },
  { title: 'Lint and format', run: () => checkLint(root) },
  { title: 'Purity of parse, decide and build', run: checkPurity },
  { title: 'Imports between packages', run: checkImports },
  { title: 'Rooms of the server', run: checkRooms },
  { title: 'Circles of files', run: checkCircles },
  { title: 'Lockfile without hosts', run: checkLockfile },
  { title: 'Paths of a machine', run: checkMachinePaths },
  { title: 'Tests that do not run', run: checkUnrunTests },
  { title: 'Docstrings of exports', run: checkDocstrings },
  { title: 'Names', run: checkNames },
];
