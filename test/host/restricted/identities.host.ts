import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { parseAgentIdentity } from '../../../src/core/identities/agentIdentity.ts';
import type { IdentityCommandId } from '../../../src/extension/identities/identityIds.ts';
import { toIdentityElement } from '../../../src/presentation/identities/rows/identityElement.ts';
import { eventually } from '../../support/eventually.ts';
import { withPerson } from '../../support/hostPerson.ts';
import { HostRegistry, type Failure } from '../../support/hostWorld.ts';

describe('named agents in a window that is not trusted', () => {
  let registry: HostRegistry;

  before(async () => {
    registry = await HostRegistry.open();
    const folder = join(registry.root, '.heddle', 'identities');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'reviewer.toml'), 'agent = "claude"\n');
  });
  // Others count who is there.
  after(() => rmSync(join(registry.root, '.heddle'), { recursive: true, force: true }));

  it('are shown, and whatever would change one is refused with a sentence', async () => {
    const run = <T>(id: IdentityCommandId, ...args: readonly unknown[]): Thenable<T> =>
      vscode.commands.executeCommand<T>(id, ...args);
    const element = toIdentityElement({
      worktree: registry.root,
      identity: parseAgentIdentity('reviewer'),
    });
    await eventually('it is shown', async () => {
      const { result } = await withPerson({}, async () =>
        run<{ identity?: string }>('heddle.identity.showPage', element),
      );
      return result.identity === 'reviewer';
    });
    const changing: readonly IdentityCommandId[] = [
      ...(['heddle.identity.start', 'heddle.identities.startRoster'] as const),
      ...(['heddle.identity.send', 'heddle.identity.checkpoint'] as const),
      ...(['heddle.identity.respawn', 'heddle.identity.reset'] as const),
      ...(['heddle.identity.retire', 'heddle.identity.delete'] as const),
      ...(['heddle.identity.takeOver', 'heddle.identity.create'] as const),
      'heddle.identities.reconcile',
    ];
    for (const id of changing) {
      const { result, shown } = await withPerson({ confirms: true, types: 'x' }, async () =>
        run<Failure>(id, element),
      );
      assert.equal(result.error.code, 'read-only', id);
      assert.match(shown.notifications[0]?.text ?? '', /trust/i, id);
    }
    assert.deepEqual(readdirSync(join(registry.root, '.heddle')), ['identities']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
