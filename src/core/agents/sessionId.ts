import { RegistryError } from './registryError.ts';

const sessionIdPattern = /^[a-z0-9-]+$/;
/** Longest id that still makes a file name (with `.toml` and a temporary's prefix) everywhere. */
const maxSessionIdLength = 200;
const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Number of random bytes in a generated session id. */
export const sessionIdByteCount = 12;

/** True for the only text that ever becomes part of a path: lower-case letters, digits, hyphens. */
export function isSessionId(text: string): boolean {
  return text.length <= maxSessionIdLength && sessionIdPattern.test(text);
}

/** @throws RegistryError `invalid-session-id` */
export function assertSessionId(text: string): void {
  if (isSessionId(text)) return;
  throw new RegistryError(
    'invalid-session-id',
    `${JSON.stringify(text.slice(0, 80))} is not a session id: use only a-z, 0-9 and "-", at most ${maxSessionIdLength} characters.`,
  );
}

/** `agent-` and the bytes in RFC 4648 base32, lower case, without padding. */
export function toSessionId(randomBytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of randomBytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet.charAt((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += base32Alphabet.charAt((buffer << (5 - bits)) & 31);
  return `agent-${text}`;
}
