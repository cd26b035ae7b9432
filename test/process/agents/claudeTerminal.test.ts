import { deepEqual, equal, match } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import {
  isTerminalSupported,
  startClaudeTerminal,
  type ClaudeTerminal,
} from '../../support/agents/claudeTerminal.ts';
import { createModelGate } from '../../support/agents/modelGate.ts';
import { eventually } from '../../support/eventually.ts';
import { AgentTeam, type Member } from './support/agentTeam.ts';
import { bash, edit, read, resultsOf } from './support/claudeSteps.ts';

/** Nothing says that it takes keys. */
const settleMs = 1500;

describe('a person at the terminal of a real Claude Code', () => {
  let team: AgentTeam;
  let terminal: ClaudeTerminal | undefined;
  beforeEach(async () => {
    terminal = undefined;
    team = await AgentTeam.make({ 'a.txt': 'one\ntwo\n' });
  });
  afterEach(async () => {
    await terminal?.stop();
    await team.end();
  });

  /** Starts it and gives it a prompt as soon as it takes keys. */
  async function submitTo(member: Member, prompt: string): Promise<ClaudeTerminal> {
    const claude = startClaudeTerminal({ ...member.options, args: ['--allowedTools', 'Bash'] });
    terminal = claude;
    await eventually('it waits for a prompt', () => claude.screen().includes('❯'));
    await delay(settleMs);
    await claude.submit(prompt);
    return claude;
  }

  if (!isTerminalSupported()) return;

  it('Esc ends the turn, in a shell command and while the model answers: another agent gets the file', async () => {
    const file = team.path('a.txt');
    const gate = createModelGate();
    const a = await team.join({
      'watch it': [read(file), edit(file, 'one', 'ONE'), bash('tail -f a.txt')],
      'change it': [read(file), edit(file, 'ONE', '1'), { text: 'never said', gate }],
    });
    const b = await team.join({
      'edit it': [read(file), edit(file, 'two', 'TWO')],
      'edit more': [read(file), edit(file, 'TWO', '2')],
    });
    const claude = await submitTo(a, 'watch it');
    await eventually('the command runs', () =>
      claude.processes().some((line) => line.startsWith('tail -f')),
    );
    const other = team.start(b);
    const refused = await resultsOf(b, () => other.prompt('edit it'));
    match(refused[1] ?? '', /^failed: .*\na\.txt is being edited by /);

    claude.pressEscape();
    await eventually('the turn is marked as interrupted', () => team.marksOf(a) === 1);
    const edited = await resultsOf(b, () => other.prompt('edit it'));
    match(edited[1] ?? '', /^ok: /);
    equal(team.read('a.txt'), 'ONE\nTWO\n');

    await claude.submit('change it');
    await gate.arrived;
    equal((await team.locks()).length, 1);
    claude.pressEscape();
    await eventually('the turn is marked as interrupted', () => team.marksOf(a) === 2);
    const more = await resultsOf(b, () => other.prompt('edit more'));
    match(more[1] ?? '', /^ok: /);
    equal(team.read('a.txt'), '1\n2\n');
    deepEqual(
      (await team.agents()).map(({ liveness }) => liveness),
      ['alive', 'alive'],
    );
  });
});
