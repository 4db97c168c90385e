import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, importX509 } from 'jose';
import { describe, expect, test } from 'vitest';
import { buildCertificate } from './certificate.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KID = createHash('sha256').update('a key').digest('base64url');

describe('RFC 5280 §4.1: the certificate of a signing key', () => {
  test('is one that OpenSSL reads, over that key and signed by it', () => {
    const certificate = new X509Certificate(buildCertificate({ kid: KID, createdAt: NOW, ...pair }));
    expect(certificate.publicKey.equals(pair.publicKey)).toBe(true);
    expect(certificate.verify(pair.publicKey)).toBe(true);
    expect(certificate.verify(other.publicKey)).toBe(false);
    expect([certificate.subject, certificate.issuer]).toEqual([`CN=${KID}`, `CN=${KID}`]);
    expect(new Date(certificate.validFrom).getTime()).toBe(NOW);
    expect(certificate.validTo).toBe('Dec 31 23:59:59 9999 GMT');
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber).toMatch(/^01[0-9A-F]{32}$/);
  });

  test('jose imports the same key from it', async () => {
    const pem = new X509Certificate(buildCertificate({ kid: KID, createdAt: NOW, ...pair })).toString();
    const imported = await exportJWK(await importX509(pem, 'RS256', { extractable: true }));
    expect(await calculateJwkThumbprint(imported)).toBe(
      await calculateJwkThumbprint(await exportJWK(pair.publicKey)),
    );
  });

  test('is the same bytes whenever and wherever it is built', () => {
    const build = () => buildCertificate({ kid: KID, createdAt: NOW, ...pair });
    expect(build().equals(build())).toBe(true);
  });

  test('says when its key was made, in whichever century', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 0) / 1_000 }), (seconds) => {
        const createdAt = seconds * 1_000;
        const { validFrom } = new X509Certificate(buildCertificate({ kid: KID, createdAt, ...pair }));
        expect(new Date(validFrom).getTime()).toBe(createdAt);
      }),
      { numRuns: 50, examples: [[0], [Date.UTC(2049, 11, 31) / 1_000], [Date.UTC(2050, 0) / 1_000]] },
    );
  });

  test('a key of 4096 bits has longer lengths', () => {
    const long = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const certificate = new X509Certificate(buildCertificate({ kid: 'k', createdAt: NOW, ...long }));
    expect(certificate.verify(long.publicKey)).toBe(true);
  });
});
