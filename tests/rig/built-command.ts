import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/root.js';

/** What the command is built of, in the order in which it is built. */
const BUILT = ['packages/protocol', 'packages/server', 'apps/sojourn'];

/** When a package's sources were last changed, and when the compiler last looked at them; `null` where it never did. */
export interface BuildMoments {
  readonly name: string;
  readonly changedAt: number;
  readonly builtAt: number | null;
}

/**
 * Whether what runs from `dist` is what the sources say.
 *
 * @returns a sentence for whoever runs the tests; `null` where all is well.
 */
export function findStaleBuild(packages: readonly BuildMoments[]): string | null {
  const stale = packages.find(({ changedAt, builtAt }) => builtAt === null || changedAt > builtAt);
  if (stale === undefined) return null;
  const why = stale.builtAt === null ? 'was never built' : 'was changed after it was built';
  return `${stale.name} ${why}, and these tests run what was built. Run: npm run build`;
}

let isChecked = false;

/**
 * Refuses to test old code: suites that start the built command would say of it what is true no more.
 *
 * @throws Error that says what to run.
 */
export function requireBuiltCommand(): void {
  if (isChecked) return;
  const problem = findStaleBuild(BUILT.map(findMoments));
  if (problem !== null) throw new Error(problem);
  isChecked = true;
}

function findMoments(name: string): BuildMoments {
  const sources = readdirSync(join(root, name, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  // The compiler leaves an output alone whose source was only touched; this file of its own it writes each time.
  const record = join(root, name, 'dist', '.tsbuildinfo');
  return {
    name,
    changedAt: Math.max(...sources.map((path) => statSync(join(root, name, 'src', path)).mtimeMs)),
    builtAt: existsSync(record) ? statSync(record).mtimeMs : null,
  };
}
