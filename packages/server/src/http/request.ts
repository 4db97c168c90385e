/**
 * What a handler is given. Nothing is parsed, so that repeated parameters and a bare `&federated` stay visible;
 * nothing is a Fastify object, so that a handler can be called by hand.
 */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the `?`; empty where there is none. */
  readonly rawQuery: string;
  /** The first value of a header by its lower-case name, `undefined` where absent. */
  header(name: string): string | undefined;
  readonly rawBody: string;
  /** The client's address as the trusted proxies report it, never a header of the client's own making. */
  readonly peerAddress: string;
}

/** What a handler returns. A header given as an array is sent once per value (`Set-Cookie`). */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

/** One protocol interaction. It answers every foreseen case itself; what it throws becomes a 500 or 503. */
export type Handler = (request: HttpRequest) => Promise<HttpResponse>;
