import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

/** Seals and opens `sid` for the clients of one sector. */
export interface SectorSids {
  /** The same text each time, so that tokens, hints and notices of one session carry one `sid`. */
  seal(sid: string): string;
  /** @returns `null` for what was not sealed for this sector. */
  open(sealed: string): string | null;
}

const TAG_BYTES = 16;
const LONGEST_SEALED = 512;

/**
 * `sid` as the clients of a sector know it: two clients that know an End-User by other subjects could compare people by a
 * `sid` that is the same for both. Sealed, not hashed, so that the server finds the session by it without a row more.
 *
 * The tag is made of the text and is the counter's beginning, so that one text has one sealed form (SIV).
 *
 * @param key of the pairwise subjects: it stays what it is when the deployment's secret is replaced.
 * @see design.md 3 · RFC 5297 §1.3.2
 */
export function buildSectorSids(key: KeyObject, sector: string): SectorSids {
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', key, sector, `pairwise sid: ${purpose}`, bytes));
  const tagKey = derive('tag', 32);
  const cipherKey = derive('cipher', 32);
  const tagOf = (sid: string) => createHmac('sha256', tagKey).update(sid).digest().subarray(0, TAG_BYTES);
  return {
    seal(sid) {
      const tag = tagOf(sid);
      const cipher = createCipheriv('aes-256-ctr', cipherKey, tag);
      return Buffer.concat([tag, cipher.update(sid, 'utf8'), cipher.final()]).toString('base64url');
    },
    open(sealed) {
      const bytes = sealed.length > LONGEST_SEALED ? Buffer.alloc(0) : Buffer.from(sealed, 'base64url');
      if (bytes.length <= TAG_BYTES || bytes.toString('base64url') !== sealed) return null;
      const tag = bytes.subarray(0, TAG_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, tag);
      const sid = Buffer.concat([decipher.update(bytes.subarray(TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
      return timingSafeEqual(tagOf(sid), tag) ? sid : null;
    },
  };
}
