export * from './claims.js';
export * from './errors.js';
export * from './pkce.js';
export * from './prompt.js';
export * from './reasons.js';
