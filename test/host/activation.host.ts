import { strict as assert } from 'node:assert';

import * as vscode from 'vscode';

describe('activation', () => {
  it('activates in the extension host of the opened folder', async () => {
    const extension = vscode.extensions.getExtension('heddle-agents.heddle-agents');
    assert.ok(extension, 'the extension is not known to this host');

    await extension.activate();

    assert.equal(extension.isActive, true);
    assert.equal(vscode.workspace.isTrusted, true);
  });
});
