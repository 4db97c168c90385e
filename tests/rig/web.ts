import { type Certificate, makeCertificate } from './certificate.js';
import { type Deployment, type DeploymentOptions, startDeployment } from './deployment.js';
import { type Sites, startSites } from './sites.js';
import { tenantFile } from './tenant.js';

export type TenantFile = ReturnType<typeof tenantFile>;

/** The authorization server and the sites around it, for real browsers, with the machine's clock. */
export interface Web {
  readonly sites: Sites;
  readonly server: Deployment;
  /** `null` over plain http. */
  readonly certificate: Certificate | null;
  stop(): Promise<void>;
}

export interface WebOptions {
  /** The host of the issuer. Default `op.test`. Plain http is for `localhost`. */
  readonly hostname?: string;
  readonly scheme?: 'https' | 'http';
  /** Adds to the tenant, or changes it, knowing the sites' addresses. */
  readonly change?: (file: TenantFile, sites: Sites) => void;
  readonly wrapStore?: DeploymentOptions['wrapStore'];
}

export async function startWeb({
  hostname = 'op.test',
  scheme = 'https',
  change,
  wrapStore,
}: WebOptions = {}): Promise<Web> {
  const certificate = scheme === 'https' ? await makeCertificate() : null;
  const sites = await startSites(certificate);
  // The tenant's sites live on a port here; over plain http also under names that browsers take for secure.
  const domain = scheme === 'https' ? 'test' : 'localhost';
  const text = JSON.stringify(tenantFile()).replace(/https:\/\/([a-d])\.test/g, (_, name) =>
    sites.origin(`${name}.${domain}`),
  );
  const file = JSON.parse(text) as TenantFile;
  change?.(file, sites);
  const server = await startDeployment({
    tenantFile: file,
    hostname,
    realTime: true,
    ...(certificate && { tls: certificate }),
    ...(wrapStore && { wrapStore }),
  });
  return {
    sites,
    server,
    certificate,
    stop: async () => {
      await server.stop();
      await sites.close();
    },
  };
}
