/** Keeps a cross-site POST until a request that carries cookies reads it again. */
export interface PostedRequestStore {
  /** A cross-site POST waiting to be read again by a request that carries cookies. */
  keepPostedRequest(posted: PostedRequest): Promise<void>;
  findPostedRequest(handleHash: string, now: number): Promise<PostedRequest | null>;
}

/** A cross-site POST as it is kept: found by the hash of a handle that only the browser holds. */
export interface PostedRequest {
  readonly handleHash: string;
  readonly path: string;
  /** Sealed under the handle, which the store does not know. */
  readonly sealedBody: string;
  readonly expiresAt: number;
}
