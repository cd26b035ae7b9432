import { deepEqual, equal, match, ok } from 'node:assert/strict';

import { AcpWorld } from '../../support/agents/acp/acpWorld.ts';

describe('a prompt that an agent executes', () => {
  let world: AcpWorld;
  beforeEach(async () => {
    world = await AcpWorld.make({ 'a.txt': 'one\ntwo\nthree\n' });
  });
  afterEach(() => world.end());

  it('ends with what the agent said last, its stop reason and its usage', async () => {
    const session = await world.run([
      ['plan', 'Look', 'Act'],
      ['think', 'Hm.'],
      ['say', 'Hel'],
      ['say', 'lo.'],
      ['usage', 1200, 0.25],
    ]);
    const { stopReason, usage, value } = await session.done();
    equal(stopReason, 'end_turn');
    deepEqual(usage, { promptTokens: 105, completionTokens: 10 });
    deepEqual(value, { conversationId: 'conversation-1', message: 'Hello.' });
    const { inputTokens, outputTokens, costMicrosUsd } = (await world.entry()).usageSummary;
    deepEqual([inputTokens, outputTokens, costMicrosUsd], [100n, 10n, 250_000n]);
    const { sessionId } = await world.entry();
    deepEqual(session.updates, [
      { kind: 'other', name: 'agent-entry', value: { id: sessionId } },
      { kind: 'other', name: 'conversation', value: { id: 'conversation-1', start: 'new' } },
      {
        kind: 'plan',
        entries: [
          { content: 'Look', priority: 'high', status: 'in-progress' },
          { content: 'Act', priority: 'high', status: 'pending' },
        ],
      },
      { kind: 'thought-chunk', content: { kind: 'text', text: 'Hm.' } },
      { kind: 'message-chunk', role: 'agent', content: { kind: 'text', text: 'Hel' } },
      { kind: 'message-chunk', role: 'agent', content: { kind: 'text', text: 'lo.' } },
      {
        kind: 'usage',
        contextUsed: 1200,
        contextSize: 200_000,
        cost: { amount: 0.25, currency: 'USD' },
      },
    ]);
  });

  it('has one entry, of the process of the agent, that is complete in the end', async () => {
    const parent = { actorKey: 'human:Ada' };
    const session = await world.run(
      [
        ['askToRun', 'ls'],
        ['environment', 'HEDDLE_AGENTS_SESSION'],
      ],
      {
        spec: { parent },
      },
    );
    await session.question();
    const entry = await world.entry();
    equal(entry.status, 'active');
    equal(entry.harness, 'scripted');
    equal(entry.nativeActorKey, 'scripted:session:conversation-1');
    equal(entry.nativeParentActorKey, 'human:Ada');
    const { liveness } = await world.registry.registry.livenessFor(entry);
    equal(liveness, 'alive');
    ok(entry.pid !== process.pid && entry.processStart !== undefined);
    await session.choose('yes');
    await session.done();
    equal(session.said, entry.sessionId);
    equal((await world.entry()).status, 'complete');
  });

  it('is given our tools, with who it is', async () => {
    const toolServer = { name: 'heddle-agents', command: '/bin/heddle-agents', args: ['mcp'] };
    const session = await world.run([['answers']], {
      executor: { toolServer: { ...toolServer, env: { ELECTRON_RUN_AS_NODE: '1' } } },
    });
    await session.done();
    const env = [
      { name: 'ELECTRON_RUN_AS_NODE', value: '1' },
      { name: 'HEDDLE_AGENTS_SESSION', value: (await world.entry()).sessionId },
    ];
    deepEqual(session.answers[0], { cwd: world.repo, mcpServers: [{ ...toolServer, env }] });
  });

  it('hands on kinds of updates that are only shown, and leaves out what is not known', async () => {
    const session = await world.run([
      ['update', { sessionUpdate: 'session_info_update', title: 'Greeting' }],
      ['update', { sessionUpdate: 'telepathy', thought: 'boo' }],
      ['update', { sessionUpdate: 'tool_call' }],
      ['update', { sessionUpdate: 'current_mode_update', currentModeId: 'plan' }],
    ]);
    await session.done();
    deepEqual(session.updates.slice(2), [
      {
        kind: 'other',
        name: 'session_info_update',
        value: { sessionUpdate: 'session_info_update', title: 'Greeting' },
      },
      { kind: 'mode', modeId: 'plan' },
    ]);
  });

  it('loses none of 10 000 updates and keeps their order', async () => {
    const session = await world.run([['flood', 10_000]]);
    await session.done();
    const expected = Array.from({ length: 10_000 }, (_, i) => `${i} `).join('');
    ok(session.said === expected, `${session.said.length} characters`);
  });

  it('goes on when the agent prints what is no message, and says so once', async () => {
    const session = await world.run(
      [['garbage'], ['unknownAnswer'], ['badRequest'], ['answers'], ['garbage']],
      { flags: ['garbage'] },
    );
    await session.done();
    deepEqual(session.notes, [
      'The agent wrote something that is no message: Update available: 1.2.3',
    ]);
    match(JSON.stringify(session.answers[1]), /Invalid params/);
  });

  it('takes up a conversation where the agent can', async () => {
    const resumes = { conversationId: 'conversation-1' };
    const session = await world.run([['say', 'On we go.']], {
      flags: ['resume', 'load'],
      spec: { resumes },
    });
    await session.done();
    deepEqual(session.updates[1], {
      kind: 'other',
      name: 'conversation',
      value: { id: 'conversation-1', start: 'resumed' },
    });
    deepEqual(session.notes, []);
  });

  it('marks what is told again of a conversation, which has no effects', async () => {
    const session = await world.run([['say', 'On we go.']], {
      flags: ['load'],
      spec: { resumes: { sessionId: 'earlier' } },
      executor: { conversationOf: () => Promise.resolve('conversation-1') },
    });
    await session.done();
    const replayed = session.events.flatMap((event) =>
      event.kind === 'update' && event.isReplayed === true ? [event.update.kind] : [],
    );
    deepEqual(replayed, ['message-chunk', 'tool-call']);
    deepEqual(await world.held(), []);
    deepEqual(await world.activity('file-edited', 'lock-granted'), []);
    equal(session.said, 'On we go.');
  });

  it('begins anew, with a note, where the agent cannot take up a conversation', async () => {
    const resumes = { conversationId: 'conversation-0' };
    const session = await world.run([['say', 'Who?']], { spec: { resumes } });
    await session.done();
    deepEqual(session.notes, [
      'A new conversation: The agent could not take up the earlier conversation.',
    ]);
    equal(session.said, 'Who?');
  });

  it('is not started for an agent that does not exist, or in a folder elsewhere', async () => {
    const agent = world.agent();
    const outcomes = await Promise.allSettled([
      world.start(agent, 'x', { spec: { agent: 'nobody' } }),
      world.start(agent, 'x', { spec: { cwd: world.path('missing') } }),
      world.start(agent, 'x', { spec: { cwd: world.root } }),
    ]);
    const reasons = outcomes.map((each) => (each.status === 'rejected' ? String(each.reason) : ''));
    match(reasons[0] ?? '', /there is no agent "nobody"/);
    match(reasons[1] ?? '', /missing" is no folder/);
    match(reasons[2] ?? '', /is not in the repository/);
    deepEqual(await world.entries(), []);
  });
});
