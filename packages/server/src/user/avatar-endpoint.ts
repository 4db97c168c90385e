import { escapeHtml } from '../http/escape.js';
import type { Handler } from '../http/request.js';
import { json } from '../http/responses.js';
import { AVATAR_COLOURS, type Avatar, parseAvatarPath } from './generated-profile.js';

/**
 * The picture of an account that has none of its own: initials on a colour. Its address says both and nothing else, so that
 * it tells whoever fetches it no more than it shows, and no third party hears who looks at whom.
 */
export function avatarEndpoint(): Handler {
  return async ({ path }) => {
    const avatar = parseAvatarPath(path);
    return avatar === null
      ? json(404, { error: 'not_found' })
      : { status: 200, headers: HEADERS, body: buildAvatarImage(avatar) };
  };
}

const HEADERS = {
  'content-type': 'image/svg+xml; charset=utf-8',
  'cache-control': 'public, max-age=31536000, immutable',
  // Applications of other origins show it; opened by itself it may do nothing.
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy': "default-src 'none'; sandbox",
};

function buildAvatarImage({ letters, colour }: Avatar): string {
  const text = escapeHtml(letters.toUpperCase());
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">',
    `<rect width="128" height="128" fill="${AVATAR_COLOURS[colour]}"/>`,
    '<text x="64" y="64" dy=".35em" fill="#fff" font-family="system-ui,sans-serif" font-size="52"',
    ` font-weight="600" text-anchor="middle">${text}</text></svg>`,
  ].join('');
}
