import { deepEqual, equal, match } from 'node:assert/strict';

import { agent } from '../../support/agents/claudeScenarioSteps.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import { eventually } from '../../support/eventually.ts';
import { AgentTeam, type ListedAgent } from './support/agentTeam.ts';
import { edit, finish, read, resultsOf } from './support/claudeSteps.ts';

describe('subagents of a real Claude Code', () => {
  let team: AgentTeam;
  beforeEach(async () => {
    team = await AgentTeam.make({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
  });
  afterEach(() => team.end());

  const childrenOf = async (parent: ListedAgent): Promise<readonly ListedAgent[]> => {
    const key = parent.native_actor_key;
    return (await team.agents()).filter((each) => each.native_parent_actor_key === key);
  };

  it('one appears under its parent, holds what it edits itself, and is complete when it is done', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'send one': [agent('child one')],
      'child one': [read(file), edit(file, 'one', 'ONE'), { text: 'Written.', gate }],
    });
    const claude = team.start(a);
    const turn = claude.prompt('send one');
    await gate.arrived;

    const parent = await team.agentOf(claude);
    const [child, ...others] = await childrenOf(parent);
    if (child === undefined) throw new Error('no child');
    equal(others.length, 0);
    deepEqual([child.status, child.pid, child.liveness], ['active', claude.pid, 'alive']);
    match(child.native_actor_key ?? '', /^claude-code:agent:a[0-9a-f]+$/);
    deepEqual(await team.locks(), [`a.txt ${child.session_id}`]);
    deepEqual(await team.chain(child.session_id), [parent.session_id, child.session_id]);

    gate.open();
    await turn;
    deepEqual(
      (await childrenOf(parent)).map(({ session_id, status }) => [session_id, status]),
      [[child.session_id, 'complete']],
    );
    deepEqual(await team.locks(), []);
    equal((await team.agentOf(claude)).status, 'active');
    await finish(claude);
  });

  it('one in the background keeps its lock when the turn of its parent is over', async () => {
    const [own, its] = [team.path('a.txt'), team.path('b.txt')];
    const gate = createModelGate();
    const a = await team.join({
      'send one': [
        read(own),
        edit(own, 'one', 'ONE'),
        agent('child one', true),
        { text: 'It works on its own.' },
      ],
      'child one': [read(its), edit(its, 'two', 'TWO'), { text: 'Written.', gate }],
    });
    const b = await team.join({
      'edit both': [read(own), edit(own, 'ONE', '1'), read(its), edit(its, 'TWO', '2')],
    });
    const [agentA, agentB] = [team.start(a), team.start(b)];
    await agentA.prompt('send one');
    await gate.arrived;
    const [child] = await childrenOf(await team.agentOf(agentA));
    deepEqual(await team.locks(), [`b.txt ${child?.session_id ?? ''}`]);
    const results = await resultsOf(b, () => agentB.prompt('edit both'));
    deepEqual(
      results.map((result) => result.split(':')[0]),
      ['ok', 'ok', 'ok', 'failed'],
      results.join('\n'),
    );
    equal(team.read('a.txt') + team.read('b.txt'), '1\nTWO\n');

    gate.open();
    await eventually('the child gave it back', async () => (await team.locks()).length === 0);
    await finish(agentA, agentB);
  });

  it('of two at once each holds its own, and one is refused what the other holds', async () => {
    const [first, second] = [team.path('a.txt'), team.path('b.txt')];
    const gates = [createModelGate(), createModelGate()] as const;
    const a = await team.join({
      'send two': [
        { calls: [...(agent('child one').calls ?? []), ...(agent('child two').calls ?? [])] },
      ],
      'child one': [
        read(first),
        edit(first, 'one', 'ONE'),
        { ...read(second), gate: gates[0] },
        edit(second, 'TWO', '2'),
      ],
      'child two': [read(second), edit(second, 'two', 'TWO'), { text: 'Done.', gate: gates[1] }],
    });
    const claude = team.start(a);
    const turn = claude.prompt('send two');
    await Promise.all(gates.map(({ arrived }) => arrived));
    equal((await team.locks()).length, 2);
    equal(new Set((await team.locks()).map((lock) => lock.split(' ')[1])).size, 2);
    gates[0].open();
    await eventually(
      'one is refused',
      async () => (await team.activity('lock-refused')).length > 0,
    );
    gates[1].open();
    await turn;
    equal(team.read('a.txt') + team.read('b.txt'), 'ONE\nTWO\n');
    deepEqual(await team.locks(), []);
    equal((await childrenOf(await team.agentOf(claude))).length, 2);
  });
});
