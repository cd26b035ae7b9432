import assert from 'node:assert/strict';
import {
  CorruptedConversation,
  decodeConversation,
  encodeConversation,
  newConversation,
  type Conversation,
} from '../../../../src/node/identities/conversation.ts';
import { bytes } from './continuityWorld.ts';

const whole: Conversation = {
  conversation: 'conversation-0011223344556677',
  agent: 'claude',
  acpSessionId: 'acp-1',
  lastSessionId: 'session-1',
  isRunning: true,
  turns: 3,
  lastOutput: 'Done.',
  instructed: { acpSessionId: 'acp-1', digest: 'ab' },
};

describe('what a checkpoint of a conversation keeps', () => {
  it('comes back as it was, with everything or next to nothing', () => {
    assert.deepEqual(decodeConversation(encodeConversation(whole)), whole);
    const fresh = newConversation('conversation-0011223344556677', 'codex');
    assert.deepEqual(decodeConversation(encodeConversation(fresh)), fresh);
  });

  const text = new TextDecoder().decode(encodeConversation(whole).data);
  const spoiled: Readonly<Record<string, readonly [string, RegExp]>> = {
    'is cut': [text.slice(0, -5), /not valid JSON/],
    'is empty': ['', /not valid JSON/],
    'is no object': ['[]', /must be an object/],
    'has no version': [text.replace('"version":1', '"version":null'), /"version"/],
    'is of a newer version': [text.replace('"version":1', '"version":2'), /newer version/],
    'leads elsewhere': [text.replace('session-1', '../../etc'), /"lastSessionId"/],
    'has a handle of somebody else': [
      text.replace(whole.conversation, 'session-1'),
      /"conversation" must be the handle/,
    ],
    'counts what cannot be counted': [text.replace('"turns":3', '"turns":-1'), /"turns"/],
  };
  for (const [what, [content, pattern]] of Object.entries(spoiled)) {
    it(`is refused with what is wrong when it ${what}`, () => {
      assert.throws(
        () => decodeConversation({ data: bytes(content) }),
        (error) =>
          error instanceof CorruptedConversation &&
          pattern.test(error.message) &&
          error.message.endsWith('Reset the agent to begin anew.'),
      );
    });
  }

  it('is refused when its bytes are no text', () => {
    const data = Uint8Array.of(0xff, 0xfe, 0x00);
    assert.throws(() => decodeConversation({ data }), CorruptedConversation);
  });
});
