import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

/** More than an answer has; a longer one comes in two reads. */
const READ_BYTES = 16_384;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} body
 */

/**
 * One kept-alive connection, one request at a time. It reads as much of HTTP/1.1 as both contestants speak and
 * refuses the rest: a full client would take more of the processor than the faster server under test, and would
 * take it from that server.
 */
export class Connection {
  #socket;
  #received = '';
  #askedAt = 0;
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void } | null} */
  #waiting = null;
  /** How long each answer took. @type {number[]} */
  latenciesMs = [];

  /** @param {number} port */
  constructor(port) {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      // One buffer for all that is read, and no stream on the way.
      onread: {
        buffer,
        callback: (length) => {
          // Header bytes are ASCII and Content-Length counts bytes: latin1 keeps both countable as characters.
          this.#read(buffer.toString('latin1', 0, length));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed a connection that was in use')));
  }

  /** @returns {Promise<void>} when the server has accepted it. */
  opened() {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
  }

  /**
   * @param {string} request
   * @returns {Promise<Answer>}
   */
  ask(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#askedAt = performance.now();
      this.#socket.write(request, 'latin1');
    });
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {string} chunk */
  #read(chunk) {
    this.#received += chunk;
    try {
      const answer = parseAnswer(this.#received);
      if (answer === null) return;
      this.latenciesMs.push(performance.now() - this.#askedAt);
      this.#received = '';
      this.#waiting?.resolve(answer);
      this.#waiting = null;
    } catch (error) {
      this.#fail(/** @type {Error} */ (error));
    }
  }

  /** @param {Error} error */
  #fail(error) {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

/**
 * @param {string} text what has been received since the last answer, as latin1.
 * @returns {Answer | null} `null` while it is not complete.
 */
function parseAnswer(text) {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = text.slice(0, headEnd);
  const length = /\r\ncontent-length: ?(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without Content-Length: ${head}`);
  const body = text.slice(headEnd + 4);
  if (body.length < Number(length)) return null;
  if (body.length > Number(length)) throw new Error('the server answered more than it was asked');
  return { status: Number(head.slice(9, 12)), body };
}
