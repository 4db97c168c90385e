import type { Party } from '../outbound/decide-room.js';
import type { Outbound } from '../outbound/guarded-call.js';
import type { Client } from './client.js';

const FRESH_MS = 24 * 60 * 60 * 1000;
const RETRY_MS = 10 * 60 * 1000;
const MOST_LOGOS = 200;
/** A page does not wait longer than this for a picture. */
const PATIENCE_MS = 1_000;

/** Pictures of clients, to be shown on pages that ask no third party for anything. */
export interface ClientLogos {
  /** @returns a `data:` URL, or `null` where the client has no logo, or none that could be had by now. */
  find(client: Pick<Client, 'clientId' | 'logoUri' | 'registrationTokenHash'>): Promise<string | null>;
}

interface HeldLogo {
  dataUrl: string | null;
  /** When it is asked for again. */
  until: number;
  fetching: Promise<void> | null;
}

/**
 * Fetches logos by the server's own hand. The address of a page under way stands for a sign-in, and a picture from
 * elsewhere would tell that place who signs in when.
 *
 * @see OIDC Dynamic Client Registration 1.0 §2 logo_uri · security.md 9, 85
 */
export function clientLogos(outbound: Outbound, now: () => number): ClientLogos {
  const logos = new Map<string, HeldLogo>();

  const fetchLogo = async (held: HeldLogo, url: string, party: Party): Promise<void> => {
    // Without a place for the call, as without an answer, the page has no picture.
    const answer = await outbound.call({ purpose: 'logo', url, party, accept: 'image/*' }).catch(() => null);
    const dataUrl = answer?.outcome === 'answered' ? buildDataUrl(answer.body) : null;
    held.dataUrl = dataUrl ?? held.dataUrl;
    held.until = now() + (dataUrl === null ? RETRY_MS : FRESH_MS);
  };

  return {
    async find({ clientId, logoUri, registrationTokenHash }) {
      if (logoUri === null) return null;
      const held = logos.get(logoUri) ?? { dataUrl: null, until: 0, fetching: null };
      logos.delete(logoUri);
      logos.set(logoUri, held);
      for (const oldest of logos.keys()) {
        if (logos.size <= MOST_LOGOS) break;
        logos.delete(oldest);
      }
      if (held.fetching === null && now() >= held.until) {
        const party = { id: clientId, isStranger: registrationTokenHash !== null };
        held.fetching = fetchLogo(held, logoUri, party).finally(() => {
          held.fetching = null;
        });
      }
      if (held.dataUrl === null && held.fetching !== null) await patiently(held.fetching);
      return held.dataUrl;
    },
  };
}

async function patiently(fetching: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([fetching, patience]);
  clearTimeout(timer);
}

/** By what the bytes are, whatever they were called: nothing but a picture of pixels becomes part of a page. */
export function buildDataUrl(body: Buffer): string | null {
  const type = IMAGE_TYPES.find(({ isStart }) => isStart(body))?.type;
  return type === undefined ? null : `data:${type};base64,${body.toString('base64')}`;
}

const startsWith = (body: Buffer, hex: string, at = 0) =>
  body.subarray(at, at + hex.length / 2).equals(Buffer.from(hex, 'hex'));

const IMAGE_TYPES: readonly { readonly type: string; isStart(body: Buffer): boolean }[] = [
  { type: 'image/png', isStart: (body) => startsWith(body, '89504e470d0a1a0a') },
  { type: 'image/jpeg', isStart: (body) => startsWith(body, 'ffd8ff') },
  { type: 'image/gif', isStart: (body) => startsWith(body, '47494638') },
  {
    type: 'image/webp',
    isStart: (body) => startsWith(body, '52494646') && startsWith(body, '57454250', 8),
  },
];
