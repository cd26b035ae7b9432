import { deepEqual, equal, match } from 'node:assert/strict';

import { createModelGate } from '../../support/agents/modelGate.ts';
import { AgentTeam } from './support/agentTeam.ts';
import { bash, edit, read, resultsOf } from './support/claudeSteps.ts';

describe('shell commands of a real Claude Code', () => {
  let team: AgentTeam;
  beforeEach(async () => {
    team = await AgentTeam.make({ 'a.txt': 'one\ntwo\n' });
  });
  afterEach(() => team.end());

  it('one that changes a file that another holds is recorded, and both are told', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'edit it': [
        read(file),
        edit(file, 'one', 'ONE'),
        { ...edit(file, 'ONE', '1'), gate },
        read(file),
        edit(file, 'ONE', '1'),
      ],
    });
    const b = await team.join({ 'run it': [bash('sed -i s/two/TWO/ a.txt')] });
    const [agentA, agentB] = [team.start(a), team.start(b)];
    const turn = resultsOf(a, () => agentA.prompt('edit it'));
    await gate.arrived;
    await agentB.prompt('run it');

    const [entryA, entryB] = [await team.agentOf(agentA), await team.agentOf(agentB)];
    const events = await team.activity('lock-saved-over');
    equal(events.length, 1);
    deepEqual(
      events.map(({ cause, paths }) => [cause, paths]),
      [['shell', ['a.txt']]],
    );
    const parties = [events[0]?.actor.session_id, events[0]?.other?.session_id];
    deepEqual(parties.sort(), [entryA.session_id, entryB.session_id].sort());
    equal(events[0]?.reason, 'sed -i s/two/TWO/ a.txt');
    const told =
      b.model.asked
        .at(-1)
        ?.userTexts.map(({ text }) => text)
        .join('\n') ?? '';
    match(told, /Heddle Agents: your command changed files that others are at work on/);
    match(told, /a\.txt is held by /);

    gate.open();
    const results = await turn;
    match(results[2] ?? '', /^failed: PreToolUse:Edit hook error: .*\na\.txt was changed by /);
    match(results[4] ?? '', /^ok: /);
    equal(team.read('a.txt'), '1\nTWO\n');
  });

  it('one that changes a file that nobody else holds is no matter', async () => {
    const file = team.path('a.txt');
    const a = await team.join({
      'edit it': [read(file), edit(file, 'one', 'ONE'), bash('sed -i s/two/TWO/ a.txt')],
    });
    const claude = team.start(a);
    await claude.prompt('edit it');
    equal(team.read('a.txt'), 'ONE\nTWO\n');
    deepEqual(await team.activity('lock-saved-over'), []);
  });

  it('one knows who its agent is, and locks for it', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'lock it': [
        bash('echo $HEDDLE_AGENTS_SESSION'),
        bash('heddle-agents lock a.txt'),
        read(file),
        edit(file, 'one', 'ONE'),
        { ...bash('heddle-agents unlock a.txt'), gate },
      ],
    });
    const claude = team.start(a);
    const turn = resultsOf(a, () => claude.prompt('lock it'));
    await gate.arrived;
    const { session_id } = await team.agentOf(claude);
    deepEqual(await team.locks(), [`a.txt ${session_id}`]);
    gate.open();
    const results = await turn;
    equal(results[0], `ok: ${session_id}`);
    for (const result of results) match(result, /^ok: /);
    deepEqual(await team.locks(), []);
    equal((await team.agents()).length, 1);
  });
});
