import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandRefused } from '../refusal.js';

/**
 * A password from where it does not show up in lists of processes or in a shell's history: what is piped in, without
 * its last line end, or what is typed without echo.
 *
 * @throws CommandRefused where nothing came.
 */
export async function readPassword(prompt: string): Promise<string> {
  const password = process.stdin.isTTY
    ? await askWithoutEcho(prompt)
    : (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new CommandRefused(['No password came. Type it, pipe it in, or give --password.']);
}

function askWithoutEcho(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  // readline writes what is typed to its output; this one keeps nothing.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      lines.close();
      process.stderr.write('\n');
      resolve(line);
    });
    lines.once('SIGINT', () => {
      lines.close();
      reject(new CommandRefused(['Stopped. Nothing was changed.']));
    });
  });
}
