import { deepEqual } from 'node:assert/strict';

import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { agentEnvironment } from '../../../../src/node/acp/agentEnvironment.ts';

describe('the environment of an agent', () => {
  it('names its entry, whatever else is said, and nothing of another agent around it', () => {
    const env = { PATH: '/bin', CLAUDECODE: '1', HEDDLE_AGENTS_SESSION: 'outer', EMPTY: undefined };
    const own = { KEY: 'k', HEDDLE_AGENTS_SESSION: 'forged' };
    deepEqual(agentEnvironment({ env: own }, { env, entryId: 'agent-1' }), {
      PATH: '/bin',
      KEY: 'k',
      HEDDLE_AGENTS_SESSION: 'agent-1',
    });
  });

  it('says which named agent it is, and never which one has started it', () => {
    const env = { HEDDLE_AGENTS_IDENTITY: 'outer' };
    const identity = parseAgentIdentity('reviewer');
    deepEqual(agentEnvironment({ env: {} }, { env, entryId: 'agent-1', identity }), {
      HEDDLE_AGENTS_SESSION: 'agent-1',
      HEDDLE_AGENTS_IDENTITY: 'reviewer',
    });
    deepEqual(agentEnvironment({ env: {} }, { env, entryId: 'agent-1' }), {
      HEDDLE_AGENTS_SESSION: 'agent-1',
    });
  });
});
