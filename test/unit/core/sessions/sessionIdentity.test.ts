import assert from 'node:assert/strict';
import { parseAgentIdentity } from '../../../../src/core/identities/agentIdentity.ts';
import { parseSessionSpec, type RunSpec } from '../../../../src/core/sessions/sessionSpec.ts';
import { throwsProblem } from './sessionWorld.ts';

const spec: RunSpec = {
  kind: 'run',
  agent: 'claude',
  prompt: 'do it',
  cwd: '/repository',
  identity: parseAgentIdentity('reviewer'),
};

describe('the named agent of a session', () => {
  it('comes back as it was', () => {
    assert.deepEqual(parseSessionSpec(JSON.parse(JSON.stringify(spec))), spec);
  });

  it('is refused when it is no name', () => {
    const problem = throwsProblem(
      () => parseSessionSpec({ ...spec, identity: '../x' }),
      'invalid-spec',
    );
    assert.match(problem.reason, /"identity"/);
  });
});
