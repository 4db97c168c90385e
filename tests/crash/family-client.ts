import type { Answer, Ending, TokenUse } from './ledger.js';
import { CALLBACK, type ClientId } from './tenant.js';
import type { Loss, Response, Traffic } from './traffic.js';

/** What a sign-in gave, not yet redeemed. */
export interface Code {
  readonly code: string;
  readonly verifier: string;
}

/**
 * One installation of an application: it has one refresh token family, presents what it was given last, one request at a
 * time, and puts everything in the ledger. Where no answer comes it does what an honest client does: the same once more.
 */
export class FamilyClient {
  readonly family: string;
  readonly #clientId: ClientId;
  readonly #traffic: Traffic;
  readonly #code: Code;
  readonly #userAgent: string;
  /** Acknowledged refresh tokens, oldest first. */
  readonly #tokens: string[] = [];
  #accessToken: string | null = null;

  constructor(traffic: Traffic, family: string, clientId: ClientId, code: Code) {
    this.#traffic = traffic;
    this.family = family;
    this.#clientId = clientId;
    this.#code = code;
    // Nobody else's: a retry is recognised as its own.
    this.#userAgent = `crash-client/1.0 (${family})`;
  }

  get hasTokens(): boolean {
    return this.#tokens.length > 0;
  }

  /** Tokens that two generations followed, oldest first. */
  get spentTokens(): readonly string[] {
    return this.#tokens.slice(0, -2);
  }

  /** Presents the newest thing it has: a refresh token, else its code. */
  proceed(): Promise<Answer> {
    return this.hasTokens ? this.refresh() : this.exchange();
  }

  exchange(): Promise<Answer> {
    const { code, verifier } = this.#code;
    return this.#present('exchange', code, {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: CALLBACK,
    });
  }

  refresh(presented = this.#newest()): Promise<Answer> {
    return this.#present('refresh', presented, { grant_type: 'refresh_token', refresh_token: presented });
  }

  /** A refresh whose answer comes when nobody waits for it any more. */
  async refreshAndMiss(): Promise<void> {
    const sentAt = this.#traffic.observe();
    const presented = this.#newest();
    const fields = { client_id: this.#clientId, grant_type: 'refresh_token', refresh_token: presented };
    const response = await this.#traffic.post('oauth/token', fields, this.#userAgent);
    if (typeof response === 'string' || response.status !== 200)
      throw new Error('there was no answer to miss');
    this.#traffic.entries.push({
      kind: 'refresh',
      family: this.family,
      presented,
      sentAt,
      answeredAt: this.#traffic.observe(),
      answer: { outcome: 'unanswered', how: 'connection cut' },
    });
  }

  /** Presents the immediate predecessor, as a tab does whose answer came too late. */
  repeatLast(): Promise<Answer> {
    const [predecessor] = this.#tokens.slice(-2);
    return this.refresh(predecessor);
  }

  /** @returns Whether it was acknowledged. */
  async revoke(): Promise<boolean> {
    const families = [this.family];
    const sentAt = this.#traffic.observe();
    const fields = { client_id: this.#clientId, token: this.#newest() };
    const response = await this.#traffic.post('oauth/revoke', fields, this.#userAgent);
    const acknowledged = typeof response === 'object' && response.status === 200;
    const answeredAt = this.#traffic.observe();
    const ending: Ending = { kind: 'ending', families, sentAt, answeredAt, acknowledged };
    this.#traffic.entries.push(ending);
    return acknowledged;
  }

  /** Looks whether userinfo still takes its access token. */
  async probe(): Promise<void> {
    const sentAt = this.#traffic.observe();
    const response = await this.#traffic.get('userinfo', { authorization: `Bearer ${this.#accessToken}` });
    if (typeof response === 'string') throw new Error(`userinfo: ${response}`);
    const { status } = response;
    if (status !== 200 && status !== 401) throw new Error(`userinfo answered ${status}`);
    this.#traffic.entries.push({
      kind: 'probe',
      family: this.family,
      what: 'access token at userinfo',
      sentAt,
      answeredAt: this.#traffic.observe(),
      isAlive: status === 200,
    });
  }

  #newest(): string {
    const token = this.#tokens.at(-1);
    if (token === undefined) throw new Error(`${this.family} has no token`);
    return token;
  }

  async #present(
    kind: TokenUse['kind'],
    presented: string,
    grant: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const sentAt = this.#traffic.observe();
    const fields = { client_id: this.#clientId, ...grant };
    const response = await this.#traffic.post('oauth/token', fields, this.#userAgent);
    const answer = this.#take(kind, response);
    const answeredAt = this.#traffic.observe();
    this.#traffic.entries.push({ kind, family: this.family, presented, sentAt, answeredAt, answer });
    return answer;
  }

  #take(kind: TokenUse['kind'], response: Response | Loss): Answer {
    const { isDisturbed } = this.#traffic.installation;
    if (typeof response === 'string')
      return isDisturbed ? { outcome: 'unanswered', how: response } : { outcome: 'fault', detail: response };
    const { status, headers, text } = response;
    const type = headers['content-type'];
    const fault: Answer = { outcome: 'fault', detail: `${status} ${type}: ${text.slice(0, 300)}` };
    // design.md 5: a published SDK takes any JSON without a refresh token for the end of the one it has.
    const sparesTokens = kind === 'exchange' || type?.startsWith('text/plain') === true;
    if (status === 503 && isDisturbed && sparesTokens && headers['retry-after'] !== undefined)
      return { outcome: 'unanswered', how: 'unavailable' };
    if (status !== 200 && status !== 400) return fault;
    const body = JSON.parse(text) as Record<string, string | undefined>;
    if (status === 400) return body.error === 'invalid_grant' ? { outcome: 'refused' } : fault;
    const { refresh_token: refreshToken, access_token: accessToken } = body;
    if (refreshToken === undefined || accessToken === undefined) return fault;
    if (!this.#tokens.includes(refreshToken)) this.#tokens.push(refreshToken);
    this.#accessToken = accessToken;
    return { outcome: 'tokens', refreshToken };
  }
}
