import { PREFERRED_PORTS } from '../../examples/demo.js';
import { findPort } from './free-port.js';

/**
 * Ports for a demo of a test's own. Each is taken long after it was found; one of the system's choice might be another
 * test's by then.
 */
export async function findDemoPorts(): Promise<typeof PREFERRED_PORTS> {
  const ports = { ...PREFERRED_PORTS };
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await findPort();
  return ports;
}
