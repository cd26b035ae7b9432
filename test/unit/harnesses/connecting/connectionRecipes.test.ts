import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { harnessIds } from '../../../../src/core/harness/harnessEvent.ts';
import { connectionRecipes } from '../../../../src/harnesses/connecting/connectionRecipes.ts';
import {
  cmdCommand,
  isOurCommand,
  posixCommand,
  powershellCommand,
} from '../../../../src/harnesses/connecting/launcherCommand.ts';
import { withTempFolder } from '../../../support/tempFolder.ts';

function newFile(harness: string): string {
  const recipe = connectionRecipes('linux').find((each) => each.harness === harness);
  const edit = recipe?.connected(undefined);
  ok(edit?.kind === 'text' && edit.text !== undefined);
  return edit.text;
}

function eventsOf(harness: string): readonly string[] {
  return Object.keys((JSON.parse(newFile(harness)) as { hooks: object }).hooks);
}

describe('the settings that connect a coding agent', () => {
  it('are known for every coding agent', () => {
    deepEqual(
      connectionRecipes('linux').map(({ harness }) => harness),
      [...harnessIds],
    );
  });

  it('call exactly this command line, in all versions for ever', () => {
    equal(
      posixCommand('codex'),
      '[ -x "$HOME/.heddle-agents/bin/heddle-agents" ] || exec cat >/dev/null; exec "$HOME/.heddle-agents/bin/heddle-agents" hook codex',
    );
    equal(
      cmdCommand('codex'),
      'if exist "%USERPROFILE%\\.heddle-agents\\bin\\heddle-agents.cmd" "%USERPROFILE%\\.heddle-agents\\bin\\heddle-agents.cmd" hook codex',
    );
  });

  it('are known as ours in every form', () => {
    for (const form of [posixCommand, powershellCommand, cmdCommand]) {
      ok(isOurCommand(form('cursor')));
      ok(isOurCommand(form(undefined)));
    }
    ok(isOurCommand('"$HOME/.heddle-agents/bin/heddle-agents" hook claude-code'));
    ok(!isOurCommand('heddle-agents list'));
    ok(!isOurCommand('cat ~/.heddle-agents/bin/heddle-agents'));
  });

  it('have Claude Code tell all that it does, without taking the place of git', () => {
    deepEqual(eventsOf('claude-code'), [
      'SessionStart',
      'UserPromptSubmit',
      'PreToolUse',
      'PermissionRequest',
      'PostToolUse',
      'PostToolUseFailure',
      'Notification',
      'SubagentStart',
      'SubagentStop',
      'Stop',
      'StopFailure',
      'SessionEnd',
    ]);
    doesNotMatch(newFile('claude-code'), /matcher|Worktree/);
  });

  it('give Gemini CLI its times in milliseconds and Codex no more than it allows', () => {
    deepEqual(
      new Set(newFile('gemini-cli').match(/"timeout": \d+/g)),
      new Set(['"timeout": 10000', '"timeout": 5000']),
    );
    const codex = JSON.parse(newFile('codex')) as {
      hooks: Record<string, { hooks: { timeout: number }[] }[]>;
    };
    equal(codex.hooks.SessionEnd?.[0]?.hooks[0]?.timeout, 3);
    equal(codex.hooks.PreToolUse?.[0]?.hooks[0]?.timeout, 10);
  });

  it('name each event of Copilot once, though two programs read the file', () => {
    const names = eventsOf('vscode-copilot').map((event) => event.toLowerCase());
    equal(new Set(names).size, names.length);
    equal(newFile('vscode-copilot'), newFile('copilot-cli'));
    equal((JSON.parse(newFile('copilot-cli')) as { version: number }).version, 1);
  });

  if (process.platform !== 'win32') {
    it('do nothing in a home without the launcher, and swallow what they are given', () =>
      withTempFolder((home) => {
        const input = 'x'.repeat(300_000);
        const output = execFileSync('/bin/sh', ['-c', posixCommand('codex')], {
          env: { HOME: home, PATH: process.env.PATH },
          input,
        });
        equal(output.toString(), '');
      }));

    it('reach the launcher in a home with blanks and quotes', () =>
      withTempFolder((folder) => {
        const home = join(folder, `it's "my" $home`);
        mkdirSync(join(home, '.heddle-agents/bin'), { recursive: true });
        const launcher = join(home, '.heddle-agents/bin/heddle-agents');
        writeFileSync(launcher, '#!/bin/sh\necho "$# $1 $2"; cat\n');
        chmodSync(launcher, 0o755);
        const output = execFileSync('/bin/sh', ['-c', posixCommand('codex')], {
          env: { HOME: home, PATH: process.env.PATH },
          input: 'given',
        });
        equal(output.toString(), '2 hook codex\ngiven');
      }));
  }
});
