import { strict as assert } from 'node:assert';

import { AgentTeam, type Plan } from '../process/agents/support/agentTeam.ts';
import { bash, edit, read } from '../process/agents/support/claudeSteps.ts';
import type { ClaudeCode } from '../support/agents/claudeCode.ts';
import { agent, allowEverything } from '../support/agents/claudeScenarioSteps.ts';
import { createModelGate } from '../support/agents/modelGate.ts';
import type { TreeRow } from '../support/vscode/treeRows.ts';
import type { TreeView } from '../support/vscode/treeView.ts';
import { startUiSession, type UiSession } from '../support/vscode/uiSession.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import { locksViewTitle, settle, showAgents } from './support/windowDressing.ts';

/** Ends early when a test kills the agent. */
const ignore = (): void => undefined;

describe('real Claude Codes in a window', () => {
  const childGate = createModelGate();
  const refusedGate = createModelGate();
  let team: AgentTeam;
  let first: ClaudeCode;
  let second: ClaudeCode;
  let session: UiSession | undefined;
  let workbench: Workbench;
  let agents: TreeView;
  let locks: TreeView;

  before(async () => {
    team = await AgentTeam.make({
      'README.md': '# Shop\n',
      'src/cart.ts': 'export const cart = 1;\n',
      'src/payments.ts': 'export const payments = 1;\n',
      'docs/orders.md': '# Orders\n',
    });
    const members = [await team.join(planOfFirst()), await team.join(planOfSecond())] as const;
    session = await startUiSession({ target: team.repo, size: { width: 1200, height: 800 } });
    workbench = session.workbench;
    agents = await showAgents(workbench, { sideBarWidth: 500 });
    locks = workbench.tree(locksViewTitle);
    first = team.start(members[0]);
    // A person is asked before it changes anything.
    const args = ['--permission-prompt-tool', 'stdio'];
    second = team.start(members[1], { permissionMode: 'default', args });
  });

  after(async () => {
    await session?.stop();
    await team.end();
  });

  function planOfFirst(): Plan {
    const [cart, orders] = [team.path('src/cart.ts'), team.path('docs/orders.md')];
    return {
      'change the cart': [
        read(cart),
        edit(cart, '= 1', '= 2'),
        agent('describe the orders'),
        bash('tail --pid=$PPID -f README.md'), // ends with its agent, also when that is killed
      ],
      'describe the orders': [
        read(orders),
        edit(orders, '# Orders', '# All orders'),
        { text: 'Described.', gate: childGate },
      ],
    };
  }

  function planOfSecond(): Plan {
    const [cart, payments] = [team.path('src/cart.ts'), team.path('src/payments.ts')];
    return {
      'change the cart': [
        read(cart),
        edit(cart, '= 2', '= 3'),
        { text: 'It is held.', gate: refusedGate },
      ],
      'change payments': [read(payments), edit(payments, '= 1', '= 2')],
    };
  }

  const rowOf = async (claude: ClaudeCode): Promise<TreeRow> => {
    for (const row of await agents.rows()) {
      if (row.level !== 1 || !row.label.startsWith('Claude Code')) continue;
      const text = await agents.tooltip(({ ariaLabel }) => ariaLabel === row.ariaLabel);
      if (text.includes(`Process ${claude.pid} `)) return row;
    }
    throw new Error(`no row of process ${claude.pid}`);
  };

  it('both appear with their processes, and a subagent under its parent with what it holds', async () => {
    first.prompt('change the cart').catch(ignore);
    await childGate.arrived;
    const child = await agents.waitForRow(/general-purpose/);
    assert.equal(child.level, 2);
    await agents.waitForRow(({ label, level }) => label === 'orders.md' && level === 3);
    await agents.waitForRow(({ label, level }) => label === 'cart.ts' && level === 2);

    second.prompt('change the cart').catch(ignore);
    await refusedGate.arrived;
    await agents.waitForRow(({ description }) => description.startsWith('working'));
    assert.match((await rowOf(first)).ariaLabel, /Agent/);
    assert.match((await rowOf(second)).description, /^working/);
    await settle(workbench);
    await workbench.screenshot('real-agents-working');
  });

  it('shows who holds what, and that the other was refused', async () => {
    await locks.waitForDescription('cart.ts', /^Claude Code/);
    await locks.expand('Refusals and Violations');
    const isRefusal = ({ label, description }: TreeRow): boolean =>
      label === 'cart.ts' && description.includes('refused · held');
    const refusal = await locks.waitForDescription(
      isRefusal,
      /^Claude Code was refused · held by another Claude Code/,
    );
    assert.equal(refusal.level, 2);
    assert.match(await locks.tooltip(isRefusal), /which another Claude Code holds/);
    await settle(workbench);
    await workbench.screenshot('real-agents-refused');
    assert.equal(team.read('src/cart.ts'), 'export const cart = 2;\n');
  });

  it('has a badge on the held file in the explorer', async () => {
    await workbench.runCommand('View: Show Explorer');
    const { explorer } = workbench;
    await explorer.waitForRow('src');
    await explorer.expand('src');
    await explorer.waitForRow(({ label, badge }) => label === 'cart.ts' && badge.includes('L'));
    assert.match(await explorer.tooltip('cart.ts'), /Locked by Claude Code/);
    await settle(workbench);
    await workbench.screenshot('real-agents-explorer');
    await workbench.openActivityBarContainer('Heddle Agents');
  });

  it('shows that one runs a command, and that another waits for a person', async () => {
    refusedGate.open();
    childGate.open();
    await agents.waitForRow(({ description }) => description.startsWith('running a command'));
    await agents.waitForRow(({ description }) => description.startsWith('idle'));
    await agents.waitForRow('Finished');
    const turn = second.prompt('change payments');
    await agents.waitForRow(({ description }) => description.startsWith('waiting for you'));
    assert.match((await rowOf(first)).description, /^running a command/);
    assert.match((await rowOf(second)).description, /^waiting for you · permission/);
    await agents.waitForRow(({ label, level }) => label === 'payments.ts' && level === 2);
    await settle(workbench);
    await workbench.screenshot('real-agents-waiting');

    allowEverything(second);
    await turn;
    await agents.waitForRow(({ description }) => description.startsWith('idle'));
    await locks.waitForNoRow('payments.ts');
    assert.equal(team.read('src/payments.ts'), 'export const payments = 2;\n');
  });

  it('shows at once that one was killed, and that its file is free', async () => {
    const isHeldCart = ({ label, description }: TreeRow): boolean =>
      label === 'cart.ts' && description.startsWith('Claude Code · ');
    await locks.waitForRow(isHeldCart);
    first.kill('SIGKILL');
    await first.exit;
    await agents.waitForRow(({ description }) => description.startsWith('dead'));
    await locks.waitForNoRow(isHeldCart);
    assert.match((await rowOf(second)).description, /^idle/);
    await settle(workbench);
    await workbench.screenshot('real-agents-killed');
  });
});
