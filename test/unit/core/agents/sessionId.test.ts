import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isRegistryError } from '../../../../src/core/agents/registryError.ts';
import {
  assertSessionId,
  isSessionId,
  sessionIdByteCount,
  toSessionId,
} from '../../../../src/core/agents/sessionId.ts';

describe('toSessionId', () => {
  // The test vectors of RFC 4648, lower case and without padding.
  const vectors: Readonly<Record<string, string>> = {
    '': '',
    f: 'my',
    fo: 'mzxq',
    foo: 'mzxw6',
    foob: 'mzxw6yq',
    fooba: 'mzxw6ytb',
    foobar: 'mzxw6ytboi',
  };
  for (const [plain, encoded] of Object.entries(vectors)) {
    it(`toSessionId encodes ${JSON.stringify(plain)} as RFC 4648 does`, () => {
      assert.equal(toSessionId(Buffer.from(plain)), `agent-${encoded}`);
    });
  }

  it('toSessionId makes 20 letters of all-zero and all-one bytes', () => {
    assert.equal(toSessionId(new Uint8Array(sessionIdByteCount)), `agent-${'a'.repeat(20)}`);
    assert.equal(
      toSessionId(new Uint8Array(sessionIdByteCount).fill(255)),
      `agent-${'7'.repeat(19)}q`,
    );
  });

  it('toSessionId always makes a session id, and different ones of different bytes', () => {
    const drawn = Array.from({ length: 1000 }, () => toSessionId(randomBytes(sessionIdByteCount)));

    assert.ok(drawn.every(isSessionId));
    assert.equal(new Set(drawn).size, drawn.length);
  });
});

const allowed = 'abcdefghijklmnopqrstuvwxyz0123456789-';

describe('isSessionId', () => {
  it('isSessionId takes only what cannot leave the folder', () => {
    for (const good of ['a', '0', '-', 'agent-7', 'a'.repeat(200)]) assert.ok(isSessionId(good));
    const bad = [
      '',
      'A',
      'a.b',
      'a/b',
      'a\\b',
      '..',
      '../a',
      'a b',
      'a\n',
      '\na',
      'ä',
      'a\0',
      'a:b',
      'ａ',
      'a'.repeat(201),
    ];
    for (const text of bad) assert.equal(isSessionId(text), false, JSON.stringify(text));
  });

  it('isSessionId agrees with its rule on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const isGood = text.length > 0 && Array.from(text).every((c) => allowed.includes(c));
        assert.equal(isSessionId(text), isGood);
      }),
    );
  });

  it('assertSessionId shows a bad id safely and shortly', () => {
    const bad = `\u001b[31m\n${'x'.repeat(5000)}`;
    const isShort = (error: unknown): boolean =>
      isRegistryError(error, 'invalid-session-id') &&
      error.message.length < 300 &&
      !error.message.includes('\u001b') &&
      !error.message.includes('\n');

    assert.throws(() => assertSessionId(bad), isShort);
  });
});
