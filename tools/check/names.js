/** Words that tell nothing about what is inside, alone or as the last word of a name (`string-utils.ts`). */
const EMPTY_NAME = /^(?:.*[-_.])?(?:utils?|helpers?|common|misc|managers?|services?)$/i;

/**
 * Finds files and folders whose name says nothing.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkNames(files) {
  return files.flatMap((file) => {
    const segments = file.path
      .split('/')
      .map((segment) => segment.replace(/(?<=.)(?:\.test)?\.[a-z]+$/i, ''));
    const empty = segments.find((segment) => EMPTY_NAME.test(segment));
    const message = `"${empty}" does not say what is inside: name it after its concept`;
    return empty === undefined ? [] : [{ file: file.path, line: 1, message }];
  });
}
