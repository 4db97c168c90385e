import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be made to fail in all the ways in which a network does. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection, and each new one at once. */
  cut(): void;
  /** Takes connections and bytes, and passes nothing on, either way: the peer has fallen silent. */
  stall(): void;
  /** Each piece of data takes this much longer, either way. */
  delay(milliseconds: number): void;
  /** Resets the connection on which a client next says `text`, before the server hears it. */
  resetBefore(text: string): void;
  /** Lets the server hear it, and resets the connection when it answers. */
  resetAfter(text: string): void;
  /** Connections that stand now pass nothing on ever again, and nobody is told. Later ones are not concerned. */
  forget(): void;
  /** Lets everything pass again. What was held back is lost with its connection, as after a partition. */
  restore(): void;
  close(): Promise<void>;
}

interface Trap {
  readonly text: string;
  readonly serverHears: boolean;
}

/** A way to a port that a test can hold up, cut and open again. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let mode: 'pass' | 'cut' | 'stall' = 'pass';
  let delayMs = 0;
  let trap: Trap | null = null;
  const pairs = new Set<readonly [Socket, Socket]>();
  const forgotten = new WeakSet<Socket>();

  const passOn = (from: Socket, to: Socket, sees: (chunk: Buffer) => boolean) => {
    from.on('data', (chunk) => {
      if (mode === 'stall' || forgotten.has(from) || !sees(chunk)) return;
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.destroyed || to.write(chunk), delayMs);
    });
    from.on('close', () => {
      // Through a network that has fallen silent nobody hears that the other has gone.
      if (mode !== 'stall' && !forgotten.has(from)) to.resetAndDestroy();
    });
    from.on('error', () => {});
  };

  const server = createServer((client) => {
    if (mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(targetPort, '127.0.0.1');
    const pair = [client, upstream] as const;
    const reset = () => {
      for (const socket of pair) socket.resetAndDestroy();
    };
    let losesAnswer = false;
    pairs.add(pair);
    client.on('close', () => pairs.delete(pair));
    passOn(client, upstream, (chunk) => {
      if (trap === null || !chunk.includes(trap.text)) return true;
      losesAnswer = trap.serverHears;
      trap = null;
      if (!losesAnswer) reset();
      return losesAnswer;
    });
    passOn(upstream, client, () => {
      if (losesAnswer) reset();
      return !losesAnswer;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const resetAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = 'cut';
      resetAll();
    },
    stall() {
      mode = 'stall';
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    resetBefore(text) {
      trap = { text, serverHears: false };
    },
    resetAfter(text) {
      trap = { text, serverHears: true };
    },
    forget() {
      for (const pair of pairs) for (const socket of pair) forgotten.add(socket);
    },
    restore() {
      const wasStalled = mode === 'stall';
      mode = 'pass';
      delayMs = 0;
      trap = null;
      if (wasStalled) resetAll();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      resetAll();
      await closed;
    },
  };
}
