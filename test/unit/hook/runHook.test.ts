import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentAnswer } from '../../../src/harnesses/harness.ts';
import { runHook } from '../../../src/hook/runHook.ts';
import { ActivityFiles, activityFolder } from '../../../src/node/activityFiles.ts';
import { hookSettingsPath } from '../../../src/node/harnessSessions/hookSettingsFile.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { fileLocksFolder } from '../../../src/node/fileLocksFolder.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

describe('a hook that takes too long', () => {
  let root = '';
  beforeEach(() => {
    root = makeTempFolder();
    mkdirSync(join(root, '.heddle', 'agents'), { recursive: true });
  });
  afterEach(async () => {
    // What it goes on with has an end here; in a process of its own it would be cut off.
    const folder = fileLocksFolder(heddleRootAt(root));
    const isDone = () =>
      existsSync(folder) && readdirSync(folder).some((name) => /^[^.].*\.json$/.test(name));
    await eventually('it has taken the lock', isDone);
    removeTempFolder(root);
  });

  /** A clock by which all the time that a hook has is over at once. */
  class HurryingClock extends FakeClock {
    override after(delayMs: number, run: () => void): ReturnType<FakeClock['after']> {
      const timer = super.after(delayMs, run);
      this.advance(delayMs);
      return timer;
    }
  }

  const edit = (): Parameters<typeof runHook>[0] => ({
    harness: 'claude-code',
    input: JSON.stringify({
      session_id: 's1',
      cwd: root,
      hook_event_name: 'PreToolUse',
      tool_name: 'Write',
      tool_input: { file_path: join(root, 'x.ts') },
      tool_use_id: 't1',
    }),
    env: {},
    cwd: root,
    clock: new HurryingClock(Date.now()),
  });

  it('lets the edit through and records it', async () => {
    assert.deepEqual(await runHook(edit()), silentAnswer);
    const { events } = await new ActivityFiles(activityFolder(heddleRootAt(root))).read();
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'edit-unguarded').map(({ paths }) => paths),
      [['x.ts']],
    );
  });

  it('refuses the edit where the settings say so', async () => {
    writeFileSync(hookSettingsPath(heddleRootAt(root)), '{"failClosed":true}');
    const { stdout } = await runHook(edit());
    assert.match(stdout, /"permissionDecision":"deny".*took longer than 6 seconds/);
  });
});
