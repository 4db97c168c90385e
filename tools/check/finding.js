/**
 * Something that a check found, at a place a person can open.
 *
 * @typedef {{ file: string, line: number, message: string }} Finding
 */

/**
 * A committed or about to be committed text file.
 *
 * @typedef {{ path: string, text: string }} SourceFile
 *   `path` is relative to the root of the repository, with forward slashes.
 */

/** @param {Finding} finding */
export function formatFinding({ file, line, message }) {
  return `${file}:${line} ${message}`;
}

/**
 * Findings of a check that looks at one line at a time.
 *
 * @param {SourceFile} file
 * @param {(line: string) => string | null} messageFor  `null` when the line is in order.
 * @returns {Finding[]}
 */
export function findInLines(file, messageFor) {
  return file.text.split('\n').flatMap((line, index) => {
    const message = messageFor(line);
    return message === null ? [] : [{ file: file.path, line: index + 1, message }];
  });
}
