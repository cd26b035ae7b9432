import { deepEqual } from 'node:assert/strict';

import { outcomeOfBoth, toPromptOutcome } from '../../../../src/core/acp/promptOutcome.ts';

describe('the outcome of a prompt', () => {
  it('has the usage that Gemini CLI tells beside the protocol', () => {
    const quota = { token_count: { input_tokens: 1000, output_tokens: 50 } };
    deepEqual(toPromptOutcome({ stopReason: 'end_turn', _meta: { quota } }), {
      stopReason: 'end_turn',
      usage: { promptTokens: 1000, completionTokens: 50 },
    });
    deepEqual(toPromptOutcome({ stopReason: 'end_turn', _meta: { quota: 1 } }), {
      stopReason: 'end_turn',
    });
  });

  it('is one of two turns together, which ended as the second', () => {
    const first = { stopReason: 'cancelled', usage: { promptTokens: 10 }, uncachedTokens: 7 };
    const second = { stopReason: 'end_turn', usage: { promptTokens: 5, completionTokens: 2 } };
    deepEqual(outcomeOfBoth(first, second), {
      stopReason: 'end_turn',
      usage: { promptTokens: 15, completionTokens: 2 },
      uncachedTokens: 7,
    });
    deepEqual(outcomeOfBoth({ stopReason: 'end_turn' }, { stopReason: 'end_turn' }), {
      stopReason: 'end_turn',
    });
  });
});
