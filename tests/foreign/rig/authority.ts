import { generate } from 'selfsigned';

/** A certificate authority of this run alone, and what it signed for the server. PEM. */
export interface Authority {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const VALID = {
  notBeforeDate: new Date(Date.now() - 3_600_000),
  notAfterDate: new Date(Date.now() + 86_400_000),
};

/**
 * Makes an authority and a certificate for `localhost` that it signed. Not one certificate that signs itself, as the
 * suites in this language use: some TLS libraries take none whose own name is trusted (webpki, RFC 5280 4.2.1.9).
 */
export async function makeAuthority(): Promise<Authority> {
  const authority = await generate([{ name: 'commonName', value: 'Authority of a Sojourn test' }], {
    ...VALID,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...VALID,
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { cert: authority.cert, key: authority.private },
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}
