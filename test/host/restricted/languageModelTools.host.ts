import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { languageModelTools } from '../../../src/extension/languageModelToolTable.ts';
import { fingerprint, HostRegistry } from '../../support/hostWorld.ts';

describe('the tools for language models in a window that is not trusted', () => {
  for (const name of Object.keys(languageModelTools)) {
    it(`${name} says that the workspace is not trusted, and does nothing`, async () => {
      const { root } = await HostRegistry.open();
      const before = fingerprint(root);
      const input = { paths: ['src/main.ts'], thread: 'x' };
      const options = { input, toolInvocationToken: undefined };
      const { content } = await vscode.lm.invokeTool(name, options);
      const [first] = content;
      assert.ok(first instanceof vscode.LanguageModelTextPart);
      assert.match(first.value, /This workspace is not trusted/);
      assert.deepEqual(fingerprint(root), before);
    });
  }
});
