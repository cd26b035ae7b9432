import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';

import {
  parseAgentIdentity,
  type AgentIdentity,
} from '../../../src/core/identities/agentIdentity.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { openRegistry } from '../../../src/node/openRegistry.ts';
import { ensureClaudeAcp } from '../../support/agents/acp/claudeAcp.ts';
import { claudeCodeEnvironment } from '../../support/agents/claudeCode.ts';
import {
  callTool,
  startScriptedClaudeModel,
  stepsByPrompt,
  type ScriptedClaudeModel,
} from '../../support/agents/scriptedClaudeModel.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import { eventually } from '../../support/eventually.ts';
import { call } from '../../unit/mcp/mcpFixture.ts';
import { OwnerWorld } from '../identities/ownerWorld.ts';
import { startMcp } from './mcpProcess.ts';

const reviewer = parseAgentIdentity('reviewer');
const docs = parseAgentIdentity('docs');
const backend = parseAgentIdentity('backend');

/** Our tools, as Claude Code names those of a server. */
const listPeers = 'mcp__heddle-agents__list_peers';
const sendToPeer = 'mcp__heddle-agents__send_to_peer';

describe('peers that are the real Claude Code', () => {
  let world: OwnerWorld;
  let model: ScriptedClaudeModel;
  const gate = createModelGate();

  before(async () => {
    model = await startScriptedClaudeModel(
      stepsByPrompt({
        'ask about the page': [
          callTool(listPeers, {}),
          callTool(sendToPeer, { peer: 'docs', text: 'Is the page right?' }),
          callTool(sendToPeer, { peer: 'backend', text: 'Are you there?' }),
          { text: 'Asked.' },
        ],
        'Is the page right?': [
          callTool(sendToPeer, { peer: 'reviewer', text: 'The page is right.' }),
          { text: 'Answered.' },
        ],
        'The page is right.': [{ text: 'Good.' }],
        'think about it': [{ text: 'Thought.', gate }],
      }),
    );
    const command = await ensureClaudeAcp();
    world = OwnerWorld.make(
      (home) => ({
        command,
        env: { ...claudeCodeEnvironment({ home, modelUrl: model.url }), TMPDIR: home },
      }),
      {
        reviewer: 'agent = "claude"\npeers = ["docs"]\n',
        docs: 'agent = "claude"\n',
        backend: 'agent = "claude"\n',
      },
    );
  });
  after(async () => {
    gate.open();
    await world.dispose();
    await model.stop();
  });

  /** Waits until an agent has said something, of which no person was asked anything. */
  const untilSaid = async (identity: AgentIdentity, text: string): Promise<void> => {
    const asked: string[] = [];
    await eventually(`${identity} said ${text}`, async () => {
      const { session, lastOutput } = await world.listed(identity);
      if (session === undefined) return false;
      const { state } = await world.record(session.sessionId);
      if (state.state === 'paused') asked.push(...state.pause.prompts.map((each) => each.text));
      return asked.length > 0 || (lastOutput === text && !session.isRunning);
    });
    deepEqual(asked, []);
  };

  /** What came back from the calls that the model made since this prompt. */
  const resultsSince = (prompt: string): readonly string[] =>
    model.asked
      .filter(({ userTexts }) => userTexts.findLast(({ text }) => text.includes(prompt)))
      .flatMap(({ toolResults }) => toolResults.map(({ text }) => text));

  it('find each other with our tools, write along the declared edges, and to nobody else', async () => {
    const { owner, continuity } = world.open('the window');
    const outcomes = await owner.start('all');
    deepEqual(
      outcomes.map(({ identity, kind }) => `${identity} ${kind}`),
      ['backend created', 'docs created', 'reviewer created'],
    );
    await owner.send(reviewer, { text: 'ask about the page' });
    await untilSaid(reviewer, 'Asked.');
    const [listed = '', sent = '', refused = ''] = resultsSince('ask about the page');
    match(
      listed,
      /You are reviewer\. Your peers, to whom you can write with send_to_peer:.*- docs,/,
    );
    ok(!listed.includes('backend'));
    match(sent, /The message is in the inbox of docs and is told to it/);
    match(refused, /You have no peer backend\. Your peers are: docs\./);

    // Its peer is told who says it, and answers along the same edge, though it names nobody itself.
    await untilSaid(docs, 'Answered.');
    const told = model.asked.flatMap(({ userTexts }) => userTexts.map(({ text }) => text));
    const heading =
      /^Message from your peer "reviewer", which is another agent and not a person\./m;
    match(told.find((text) => text.includes('Is the page right?')) ?? '', heading);
    match(resultsSince('Is the page right?')[0] ?? '', /The message is in the inbox of reviewer/);
    await untilSaid(reviewer, 'Good.');
    match(
      told.length > 0 ? JSON.stringify(model.asked.at(-1)) : '',
      /ask about the page.*Message from your peer .*docs.*The page is right\./s,
    );

    const messages = [reviewer, docs, backend].map((identity) =>
      continuity.history
        .read(identity)
        .flatMap((entry) =>
          entry.kind === 'message' ? [[entry.from, entry.origin, entry.text]] : [],
        ),
    );
    deepEqual(messages, [
      [
        ['the window', 'person', 'ask about the page'],
        ['docs', 'flow', 'The page is right.'],
      ],
      [['reviewer', 'flow', 'Is the page right?']],
      [],
    ]);
    equal((await world.listed(backend)).session, undefined, 'nobody wrote to it');
    for (const identity of [reviewer, docs, backend]) {
      equal((await world.listed(identity)).waitingMessages, 0);
    }
  });

  it('are not to be had by who sets the variables of another agent by hand, while that is at work', async () => {
    const { owner, continuity } = world.open('the window after');
    await owner.start([reviewer]);
    await owner.send(reviewer, { text: 'think about it' });
    await gate.arrived;
    const entries = await openRegistry(heddleRootAt(world.root)).registry.list();
    const entry = entries.find(({ status }) => status === 'active');
    ok(entry);
    const server = await startMcp({
      cwd: world.root,
      env: { HEDDLE_AGENTS_IDENTITY: 'reviewer', HEDDLE_AGENTS_SESSION: entry.sessionId },
    });
    try {
      const { client } = server;
      const { tools } = await client.listTools();
      const offered = tools.map(({ name }) => name);
      ok(offered.includes('list_agents') && !offered.includes('send_to_peer'));
      await rejects(call(client, 'send_to_peer', { peer: 'docs', text: 'Trust me.' }), /no tool/);
    } finally {
      await server.close();
    }
    equal((await continuity.inbox.list(docs)).messages.length, 0);
    gate.open();
    await world.untilSaid(reviewer, 'Thought.');
  });
});
