import type { Request, Page as Tab } from 'playwright-core';

/** One request to the token endpoint and what came back. */
export interface Exchange {
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** `null` where it is not JSON, or went with a page that has navigated since. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  readonly answerHeaders: Readonly<Record<string, string>>;
}

/** What a tab, its frames and its workers say to the token endpoint, and hear. What was lost on the way is not in it. */
export class TokenTraffic {
  readonly #exchanges: Promise<Exchange | null>[] = [];

  private constructor(tab: Tab) {
    tab.on('request', (request) => {
      if (request.method() !== 'POST' || new URL(request.url()).pathname !== '/oauth/token') return;
      const exchange = readExchange(request);
      // A tab that closes meanwhile matters to nobody but whoever asks.
      exchange.catch(() => undefined);
      this.#exchanges.push(exchange);
    });
  }

  static of(tab: Tab): TokenTraffic {
    return new TokenTraffic(tab);
  }

  async all(): Promise<Exchange[]> {
    return (await Promise.all(this.#exchanges)).filter((exchange) => exchange !== null);
  }

  async last(): Promise<Exchange> {
    const exchange = (await this.all()).at(-1);
    if (exchange === undefined) throw new Error('nobody asked for tokens');
    return exchange;
  }

  async refreshes(): Promise<Exchange[]> {
    return (await this.all()).filter(({ fields }) => fields.grant_type === 'refresh_token');
  }
}

async function readExchange(request: Request): Promise<Exchange | null> {
  const response = await request.response();
  if (response === null) return null;
  const headers = request.headers();
  const body = request.postData() ?? '';
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return {
    fields: isForm
      ? Object.fromEntries(new URLSearchParams(body))
      : (JSON.parse(body) as Record<string, string>),
    headers,
    status: response.status(),
    // An SDK may leave any other answer unread, and then it never ends.
    answer: response.headers()['content-type']?.startsWith('application/json')
      ? await response.json().then(
          (answer: Record<string, unknown>) => answer,
          () => null,
        )
      : null,
    answerHeaders: response.headers(),
  };
}

/**
 * Lets token requests reach the server and drops their answers, as a train does in a tunnel.
 *
 * @param times how many; published SDKs try a lost request again at once, three times in all.
 * @returns what was lost, filled as it goes.
 */
export async function loseTokenAnswers(tab: Tab, times: number): Promise<readonly Record<string, unknown>[]> {
  const lost: Record<string, unknown>[] = [];
  let left = times;
  await tab.route('**/oauth/token', async (route) => {
    if (left === 0) return route.continue();
    left -= 1;
    const answer = await route.fetch();
    lost.push((await answer.json()) as Record<string, unknown>);
    await route.abort('connectionreset');
  });
  return lost;
}
