import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HookRepository, refusalIn, type HookEnd } from './hookRepository.ts';
import { documentedPayloads, inputOf, runHook } from './recordedRuns.ts';
import { heldStoreLock } from './heldStoreLock.ts';
import { readPayload } from '../../support/payloads/readPayloads.ts';
import { makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const silence: HookEnd = { stdout: '', stderr: '', code: 0 };

describe('a hook that cannot do its work', () => {
  let repository: HookRepository;

  beforeEach(() => {
    repository = new HookRepository();
  });
  afterEach(() => repository.dispose());

  it('lets an edit through while another process holds the store, and tells it once', async () => {
    const a = repository.agent('a');
    await a.start();
    const input = { file_path: repository.path('x.ts') };
    await heldStoreLock(repository.root, async () => {
      assert.deepEqual(await a.before('Write', input, 't1'), silence);
      // Another hook of the same call tells nothing more.
      assert.deepEqual(await a.before('Write', input, 't1'), silence);
      assert.deepEqual(await a.before('Write', input, 't2'), silence);
    });
    const unguarded = await repository.events('edit-unguarded');
    assert.deepEqual(
      unguarded.map(({ paths, actor }) => [paths, actor.sessionId]),
      [1, 2].map(() => [['x.ts'], repository.record('a').header.entryId]),
    );
    assert.equal(repository.record('a').faults.length, 1);
    assert.match(repository.record('a').faults[0]?.text ?? '', /lock/);
    // The next one is guarded again.
    assert.deepEqual(await a.before('Write', input, 't3'), silence);
    assert.deepEqual(await repository.held(), ['x.ts']);
  });

  it('lets an edit through that it cannot even name an agent for', async () => {
    const a = repository.agent('a');
    const input = { file_path: repository.path('x.ts') };
    await heldStoreLock(repository.root, async () => {
      assert.deepEqual(await a.before('Write', input, 't1'), silence);
      assert.deepEqual(await a.fire('Stop'), silence);
    });
    const [unguarded] = await repository.events('edit-unguarded');
    assert.deepEqual(unguarded?.paths, ['x.ts']);
    assert.equal(unguarded.actor.sessionId, undefined);
    assert.deepEqual(await a.before('Write', input, 't2'), silence);
    assert.deepEqual(await repository.held(), ['x.ts']);
  });

  it('does not wait when nothing is to be changed, and says what it always says', async () => {
    const a = repository.agent('a');
    const input = { file_path: repository.path('x.ts') };
    await a.before('Write', input, 't1');
    await heldStoreLock(repository.root, async () => {
      assert.deepEqual(await a.before('Write', input, 't2'), silence);
      assert.deepEqual(await a.after('Read', input, 't3'), silence);
    });
    assert.deepEqual(await repository.events('edit-unguarded'), []);
    assert.deepEqual(repository.record('a').faults, []);
  });

  it('refuses edits, and nothing else, where the settings say so', async () => {
    repository.settings({ failClosed: true });
    const a = repository.agent('a');
    await heldStoreLock(repository.root, async () => {
      const refusal = refusalIn(
        await a.before('Write', { file_path: repository.path('x.ts') }, 't1'),
      );
      assert.match(refusal ?? '', /nobody could look whether the file is free/);
      assert.match(refusal ?? '', /heddle-agents doctor/);
      assert.deepEqual(await a.before('Bash', { command: 'ls' }, 't2'), silence);
      assert.deepEqual(await a.before('Read', { file_path: 'x.ts' }, 't3'), silence);
      assert.deepEqual(await a.fire('Stop'), silence);
    });
    assert.deepEqual(await repository.events('edit-unguarded'), []);
    assert.deepEqual(await a.before('Write', { file_path: 'x.ts' }, 't4'), silence);
  });

  it('refuses in the form of each harness', async () => {
    repository.settings({ failClosed: true });
    const [cursor] = documentedPayloads('cursor').filter(({ file }) =>
      file.includes('preToolUse-write'),
    );
    const kept = [
      ['codex', 'refused-PreToolUse', 'hookSpecificOutput.permissionDecision', 'deny'],
      ['gemini-cli', 'refused-BeforeTool', 'decision', 'deny'],
      ['opencode', 'work-tool.execute.before-2', 'refuse', undefined],
      ['cursor', cursor?.file.slice('cursor/'.length, -'.json'.length), 'permission', 'deny'],
      [
        'vscode-copilot',
        'documented/PreToolUse-create_file',
        'hookSpecificOutput.permissionDecision',
        'deny',
      ],
      ['copilot-cli', 'documented/preToolUse-edit', 'permissionDecision', 'deny'],
    ] as const;
    await heldStoreLock(repository.root, async () => {
      for (const [harness, name = '', field, value] of kept) {
        const payload = { harness, file: name, payload: readPayload(harness, name) };
        const input = inputOf(payload, repository.root);
        const { stdout, stderr, code } = await runHook(input, { cwd: repository.root });
        assert.deepEqual([stderr, code], ['', 0]);
        assert.notEqual(stdout, '', harness);
        let answer: unknown = JSON.parse(stdout);
        for (const key of field.split('.')) answer = (answer as Record<string, unknown>)[key];
        if (value === undefined) assert.equal(typeof answer, 'string');
        else assert.equal(answer, value, harness);
        assert.match(stdout, /nobody could look whether the file is free/);
      }
    });
  });
});

describe('a record of a session that is none', () => {
  let repository: HookRepository;
  let elsewhere = '';

  beforeEach(() => {
    repository = new HookRepository();
    elsewhere = makeTempFolder();
    mkdirSync(repository.path('.heddle/harness-sessions'));
  });
  afterEach(() => {
    repository.dispose();
    removeTempFolder(elsewhere);
  });

  async function editGoesOn(): Promise<void> {
    const a = repository.agent('a');
    const input = { file_path: repository.path('x.ts') };
    assert.deepEqual(await a.before('Write', input, 't1'), silence);
    assert.deepEqual(await a.after('Write', input, 't1'), silence);
    const isHeld = (await repository.held()).includes('x.ts');
    const unguarded = await repository.events('edit-unguarded');
    assert.ok(isHeld || unguarded.length > 0, 'guarded, or told');
  }

  it('because it holds something else does not keep its agent from its locks', async () => {
    writeFileSync(repository.recordPath('a'), '\0\u{ffff}{"kind":"session"\n[]\n7\nhalf a li');
    await editGoesOn();
    assert.deepEqual(await repository.held(), ['x.ts']);
    assert.equal(repository.record('a').agents.size, 1);
  });

  it('because it is huge is begun anew', async () => {
    writeFileSync(repository.recordPath('a'), `${'x'.repeat(1023)}\n`.repeat(17 * 1024));
    await editGoesOn();
    assert.deepEqual(await repository.held(), ['x.ts']);
    assert.ok(repository.recordText('a').length < 10_000);
  });

  it('because it is a link is not followed', async () => {
    const target = join(elsewhere, 'target');
    writeFileSync(target, 'mine\n');
    symlinkSync(target, repository.recordPath('a'));
    await editGoesOn();
    rmSync(repository.recordPath('a'));
    assert.equal(readFileSync(target, 'utf8'), 'mine\n');
  });

  it('because it is a folder, or its folder is a file, stops no agent', async () => {
    mkdirSync(repository.recordPath('a'));
    await editGoesOn();
    rmSync(repository.path('.heddle/harness-sessions'), { recursive: true });
    writeFileSync(repository.path('.heddle/harness-sessions'), '');
    await editGoesOn();
  });

  it('because its folder is a link that leads out of the repository is not written', async () => {
    rmSync(repository.path('.heddle/harness-sessions'), { recursive: true });
    symlinkSync(elsewhere, repository.path('.heddle/harness-sessions'));
    await editGoesOn();
    assert.deepEqual(readdirSync(elsewhere), []);
  });
});
