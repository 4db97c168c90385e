import { randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Made at test start, and nowhere kept. Browsers are told to accept any; a Node client is told by
 * {@link trustHere}.
 */
export async function makeCertificate(): Promise<Certificate> {
  // A name of its own: OpenSSL looks for an issuer by name, and would find what another suite made this process trust.
  const commonName = `Sojourn tests ${randomUUID()}`;
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 3_600_000),
    notAfterDate: new Date(Date.now() + 86_400_000),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'op.test' },
          { type: 2, value: '*.test' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
}

/**
 * Makes this process, and so the servers and SDKs that run in it, trust the certificate as `NODE_EXTRA_CA_CERTS`
 * would have done at its start.
 */
export function trustHere({ cert }: Certificate): void {
  const { createSecureContext } = tls;
  tls.createSecureContext = (options) => {
    const made = createSecureContext(options);
    (made.context as { addCACert(pem: string): void }).addCACert(cert);
    return made;
  };
}
