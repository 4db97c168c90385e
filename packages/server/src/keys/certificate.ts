import { hash, type KeyObject, sign } from 'node:crypto';

/** What a certificate is built from. */
export interface CertificateFacts {
  readonly kid: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** RSA: its signatures of one text are always the same, so the certificate is too. */
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * A certificate that a key has signed for itself, for verifiers that read keys from `x5c` and from nowhere else. It proves
 * nothing about who holds the key; that it stands in the key set of the issuer does.
 *
 * What it is built from never changes, and neither may this: verifiers may pin its thumbprint.
 *
 * @returns DER.
 * @see RFC 5280 §4.1
 */
export function buildCertificate({ kid, createdAt, privateKey, publicKey }: CertificateFacts): Buffer {
  const algorithm = sequence(SHA256_WITH_RSA, NULL);
  const name = sequence(set(sequence(COMMON_NAME, element(UTF8_STRING, Buffer.from(kid)))));
  const signed = sequence(
    VERSION_3,
    element(INTEGER, buildSerialNumber(kid)),
    algorithm,
    name,
    sequence(buildTime(createdAt), NO_EXPIRY),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    EXTENSIONS,
  );
  const signature = sign('sha256', signed, privateKey);
  return sequence(signed, algorithm, element(BIT_STRING, Buffer.concat([NO_UNUSED_BITS, signature])));
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;

const NULL = Buffer.from('0500', 'hex');
/** 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex');
/** 2.5.4.3 */
const COMMON_NAME = Buffer.from('0603550403', 'hex');
/** `[0] EXPLICIT INTEGER 2`, which means 3. */
const VERSION_3 = Buffer.from('a003020102', 'hex');
/** RFC 5280 §4.1.2.5: "To indicate that a certificate has no well-defined expiration date". */
const NO_EXPIRY = element(GENERALIZED_TIME, Buffer.from('99991231235959Z'));
const NO_UNUSED_BITS = Buffer.from([0]);
/** Both critical: `basicConstraints` (no authority) and `keyUsage` (`digitalSignature` alone). */
const EXTENSIONS = Buffer.from('a320301e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780', 'hex');

/** Positive, in at most 20 octets, and of this key alone. @see RFC 5280 §4.1.2.2 */
function buildSerialNumber(kid: string): Buffer {
  return Buffer.concat([Buffer.from([1]), hash('sha256', kid, 'buffer').subarray(0, 16)]);
}

/** @see RFC 5280 §4.1.2.5 "dates through the year 2049 as UTCTime", later ones as GeneralizedTime. */
function buildTime(at: number): Buffer {
  const date = new Date(at);
  const digits = `${date
    .toISOString()
    .slice(0, 19)
    .replace(/[^0-9]/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? element(UTC_TIME, Buffer.from(digits.slice(2)))
    : element(GENERALIZED_TIME, Buffer.from(digits));
}

function sequence(...members: readonly Buffer[]): Buffer {
  return element(SEQUENCE, Buffer.concat(members));
}

function set(...members: readonly Buffer[]): Buffer {
  return element(SET, Buffer.concat(members));
}

/** Tag, length, content. @see X.690 §8.1 */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const octets = Buffer.from(length.toString(16).padStart(length < 0x100 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 + octets.length]), octets, content]);
}
