import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';

import { agent } from '../../support/agents/claudeScenarioSteps.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import { eventually } from '../../support/eventually.ts';
import { AgentTeam } from './support/agentTeam.ts';
import { bash, edit, finish, read, resultsOf, write } from './support/claudeSteps.ts';

describe('two real Claude Codes in one repository', () => {
  let team: AgentTeam;
  beforeEach(async () => {
    team = await AgentTeam.make({ 'a.txt': 'one\ntwo\n', 'b.txt': 'three\n' });
  });
  afterEach(() => team.end());

  it('one edits, the other is refused until the turn is over, and stale views are refused once', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'edit it': [read(file), edit(file, 'one', 'ONE'), { text: 'Edited.', gate }],
      'edit again': [edit(file, 'ONE', '1'), read(file), edit(file, 'ONE', '1')],
    });
    const b = await team.join({
      'edit it': [read(file), edit(file, 'two', 'TWO')],
      'edit now': [edit(file, 'two', 'TWO')],
    });
    const [agentA, agentB] = [team.start(a), team.start(b)];
    const turn = agentA.prompt('edit it');
    await gate.arrived;
    const refused = await resultsOf(b, () => agentB.prompt('edit it'));

    const [entryA, entryB] = [await team.agentOf(agentA), await team.agentOf(agentB)];
    deepEqual([entryA.pid, entryB.pid], [agentA.pid, agentB.pid]);
    deepEqual([entryA.liveness, entryB.liveness], ['alive', 'alive']);
    notEqual(entryA.process_start, null);
    deepEqual(await team.locks(), [`a.txt ${entryA.session_id}`]);
    equal(team.read('a.txt'), 'ONE\ntwo\n');

    const reason = refused[1] ?? '';
    match(reason, /^failed: PreToolUse:Edit hook error: Heddle Agents: this edit was not made/);
    match(reason, /\na\.txt is being edited by Claude Code.*, until its turn ends/);
    match(
      reason,
      /\nGo on with something else, or wait for it with: heddle-agents lock \S+a\.txt --wait/,
    );
    const [told] = await team.activity('lock-refused');
    deepEqual(
      [told?.actor.session_id, told?.other?.session_id, told?.paths],
      [entryB.session_id, entryA.session_id, ['a.txt']],
    );

    gate.open();
    await turn;
    deepEqual(await team.locks(), []);
    const [edited] = await resultsOf(b, () => agentB.prompt('edit now'));
    match(edited ?? '', /^ok: /);
    equal(team.read('a.txt'), 'ONE\nTWO\n');

    const again = await resultsOf(a, () => agentA.prompt('edit again'));
    match(again[0] ?? '', /^failed: PreToolUse:Edit hook error: .*\na\.txt was changed by /);
    match(again[0] ?? '', /\nRead it again/);
    match(again[2] ?? '', /^ok: /);
    equal(team.read('a.txt'), '1\nTWO\n');

    await finish(agentA, agentB);
    deepEqual(
      (await team.agents()).map(({ status }) => status),
      ['complete', 'complete'],
    );
  });

  it('the death of one in mid-turn frees all that it and its subagents held', async () => {
    const [first, second] = [team.path('a.txt'), team.path('b.txt')];
    const gates = [createModelGate(), createModelGate()] as const;
    const a = await team.join({
      'edit it': [
        read(first),
        edit(first, 'one', 'ONE'),
        agent('child one', true),
        { text: 'never said', gate: gates[0] },
      ],
      'child one': [read(second), edit(second, 'three', 'THREE'), { text: '', gate: gates[1] }],
    });
    const b = await team.join({
      'edit both': [read(first), edit(first, 'two', 'TWO'), read(second), edit(second, 'T', 't')],
    });
    const [agentA, agentB] = [team.start(a), team.start(b)];
    agentA.prompt('edit it').catch(() => undefined); // it dies
    await Promise.all(gates.map(({ arrived }) => arrived));
    equal((await team.locks()).length, 2);

    agentA.kill('SIGKILL');
    await agentA.exit;
    const results = await resultsOf(b, () => agentB.prompt('edit both'));
    deepEqual(
      results.map((result) => result.split(':')[0]),
      ['ok', 'ok', 'ok', 'ok'],
      results.join('\n'),
    );
    equal(team.read('a.txt') + team.read('b.txt'), 'ONE\nTWO\ntHREE\n');
    const dead = (await team.agents()).filter(({ pid }) => pid === agentA.pid);
    deepEqual(
      dead.map(({ liveness }) => liveness),
      ['dead', 'dead'],
    );
    deepEqual(await team.locks(), []);
  });

  it('one that waits in the way that the refusal names gets the file when the turn ends', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'edit it': [read(file), edit(file, 'one', 'ONE'), { text: 'Edited.', gate }],
    });
    const b = await team.join({
      'edit it': [
        read(file),
        edit(file, 'two', 'TWO'),
        bash('heddle-agents lock a.txt --wait 5m'),
        read(file),
        edit(file, 'two', 'TWO'),
      ],
    });
    const [agentA, agentB] = [team.start(a), team.start(b)];
    const turn = agentA.prompt('edit it');
    await gate.arrived;
    const waiting = resultsOf(b, () => agentB.prompt('edit it'));
    await eventually('it waits', async () => (await team.waiting()).length === 1);
    gate.open();
    await turn;
    const results = await waiting;
    deepEqual(
      results.map((result) => result.split(':')[0]),
      ['ok', 'failed', 'ok', 'ok', 'ok'],
      results.join('\n'),
    );
    equal(team.read('a.txt'), 'ONE\nTWO\n');
  });

  it('calls that one agent makes at once do not stand in each other’s way', async () => {
    const file = team.path('a.txt');
    const calls = [
      edit(file, 'one', 'ONE'),
      edit(file, 'two', 'TWO'),
      write(team.path('new.txt'), 'new\n'),
      write(team.path('b/new.txt'), 'new\n'),
    ].flatMap((step) => step.calls ?? []);
    const a = await team.join({ 'all at once': [read(file), { calls }] });
    const claude = team.start(a);
    const results = await resultsOf(a, () => claude.prompt('all at once'));
    equal(results.length, 5);
    for (const result of results) match(result, /^ok: /);
    equal(team.read('a.txt'), 'ONE\nTWO\n');
    equal((await team.activity('lock-refused')).length, 0);
  });

  it('a file outside the repository is nobody’s business', async () => {
    const outside = team.outside('note.txt');
    const a = await team.join({ 'write it': [write(outside, 'mine\n')] });
    const claude = team.start(a, { permissionMode: 'bypassPermissions' });
    const [result] = await resultsOf(a, () => claude.prompt('write it'));
    match(result ?? '', /^ok: /);
    for (const kind of ['lock-granted', 'file-edited', 'edit-unguarded']) {
      deepEqual(await team.activity(kind), []);
    }
  });

  it('a session that is taken up again is the same agent with another process', async () => {
    const a = await team.join({});
    const first = team.start(a);
    await first.prompt('hello');
    const before = await team.agentOf(first);
    await finish(first);
    equal((await team.agentOf(first)).status, 'complete');

    const second = team.start(a, { resume: first.sessionId });
    await second.prompt('hello again');
    const after = await team.agentOf(second);
    deepEqual(
      [after.session_id, after.status, after.pid, after.liveness],
      [before.session_id, 'active', second.pid, 'alive'],
    );
    ok(after.pid !== before.pid);
    await finish(second);
  });

  it('Ctrl-C in mid-turn ends the agent and frees what it held', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'edit it': [read(file), edit(file, 'one', 'ONE'), { text: 'never said', gate }],
    });
    const claude = team.start(a);
    claude.prompt('edit it').catch(() => undefined); // it ends
    await gate.arrived;
    equal((await team.locks()).length, 1);
    claude.interrupt();
    await claude.exit;
    deepEqual(await team.locks(), []);
    equal((await team.agentOf(claude)).status, 'complete');
  });
});
