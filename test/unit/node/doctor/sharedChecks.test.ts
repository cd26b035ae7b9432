import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DoctorCheck } from '../../../../src/core/harness/doctor/doctorReport.ts';
import { encodeSessionLine } from '../../../../src/core/harness/sessionLine.ts';
import { launcherPath, writeLauncher } from '../../../../src/node/connecting/launcher.ts';
import { hookChecks } from '../../../../src/node/doctor/hookChecks.ts';
import { isRefusal } from '../../../../src/node/doctor/hookRun.ts';
import { launcherCheck } from '../../../../src/node/doctor/launcherCheck.ts';
import { registryChecks } from '../../../../src/node/doctor/registryChecks.ts';
import { readSessionEvidence } from '../../../../src/node/doctor/sessionEvidence.ts';
import { storeChecks } from '../../../../src/node/doctor/storeChecks.ts';
import { heddleRootAt, type HeddleRoot } from '../../../../src/node/heddleRoot.ts';
import { initRegistry } from '../../../../src/node/initRegistry.ts';
import type { KernelLock } from '../../../../src/node/flock.ts';
import { makeTempFolder, removeTempFolder } from '../../../support/tempFolder.ts';

function verdicts(checks: readonly DoctorCheck[]): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
}

function found(checks: readonly DoctorCheck[], id: string): DoctorCheck {
  return checks.find((check) => check.id === id) ?? assert.fail(`no check ${id}`);
}

describe('the checks that all agents share', () => {
  let root: string;
  let location: HeddleRoot;
  beforeEach(async () => {
    root = makeTempFolder();
    await initRegistry(heddleRootAt(root));
    location = heddleRootAt(root);
  });
  afterEach(() => removeTempFolder(root));

  function write(path: string, text: string): void {
    const file = join(location.heddleFolder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }

  describe('registryChecks', () => {
    it('tell that there is no registry, and make none', async () => {
      const empty = join(root, 'empty');
      mkdirSync(empty);
      const checks = await registryChecks(heddleRootAt(empty));
      assert.deepEqual(verdicts(checks), { registry: 'problem', locks: 'not-applicable' });
      assert.match(found(checks, 'registry').advice ?? '', /heddle-agents init/);
      assert.deepEqual(readdirSync(empty), []);
    });

    it('are content with an empty registry', async () => {
      assert.deepEqual(verdicts(await registryChecks(location)), {
        registry: 'ok',
        locks: 'not-applicable',
      });
    });

    it('name the files that cannot be read', async () => {
      write('agents/agent-x.toml', 'no = [toml');
      write('file-locks/session-y.json', '{');
      const checks = await registryChecks(location);
      assert.deepEqual(verdicts(checks), { registry: 'warning', locks: 'warning' });
      assert.match(found(checks, 'registry').finding, /agent-x\.toml/);
      assert.match(found(checks, 'locks').finding, /session-y\.json/);
    });
  });

  describe('storeChecks', () => {
    const inFull = { flock: 'ok', permissions: 'ok', sandbox: 'ok' };

    it('are content with a store in the folder of the agents, and leave nothing behind', async () => {
      const before = readdirSync(location.heddleFolder);
      assert.deepEqual(verdicts(await storeChecks(location, { cwd: root })), inFull);
      assert.deepEqual(readdirSync(location.heddleFolder), before);
    });

    it('notice a lock that two writers get at once', async () => {
      const kernel: KernelLock = {
        tryAcquire: () => ({ fd: undefined, release: () => undefined }),
      };
      const options = { cwd: root, loadKernelLock: () => Promise.resolve(kernel) };
      const check = found(await storeChecks(location, options), 'flock');
      assert.equal(check.verdict, 'problem');
      assert.match(check.advice ?? '', /--portable/);
    });

    it('notice a machine without such a lock, which a portable registry does not need', async () => {
      const options = { cwd: root, loadKernelLock: () => Promise.reject(new Error('no code')) };
      const flock = async () => found(await storeChecks(location, options), 'flock');
      assert.equal((await flock()).verdict, 'problem');
      assert.match((await flock()).finding, /no code/);
      await initRegistry(location, { isPortable: true });
      assert.equal((await flock()).verdict, 'ok');
    });

    it('warn of agents that share a store outside of their folder', async () => {
      const other = makeTempFolder();
      try {
        const check = found(await storeChecks(location, { cwd: other }), 'sandbox');
        assert.equal(check.verdict, 'warning');
        assert.match(check.advice ?? '', /writable_roots/);
      } finally {
        removeTempFolder(other);
      }
    });

    if (process.platform !== 'win32') {
      it('warn of a folder to which everybody may write', async () => {
        chmodSync(join(location.heddleFolder, 'agents'), 0o777);
        const check = found(await storeChecks(location, { cwd: root }), 'permissions');
        assert.equal(check.verdict, 'warning');
        assert.match(check.finding, /agents/);
      });
    }

    it('check nothing where nothing is', async () => {
      const checks = await storeChecks(heddleRootAt(join(root, 'none')), { cwd: root });
      assert.deepEqual(Object.values(verdicts(checks)), Array(3).fill('not-applicable'));
      assert.equal(existsSync(join(root, 'none')), false);
    });
  });

  describe('hookChecks', () => {
    const nowMs = 1_800_000_000_000;
    const check = async (): Promise<readonly DoctorCheck[]> =>
      hookChecks(location, { evidence: readSessionEvidence(location), nowMs });
    const session = (name: string, ...faults: readonly { atMs: number; text: string }[]): void => {
      write(
        `harness-sessions/${name}.jsonl`,
        encodeSessionLine({
          kind: 'session',
          atMs: nowMs - 5000,
          harness: 'codex',
          sessionKey: name,
          entryId: 'agent-1',
          cwd: root,
        }),
      );
      const path = join(location.heddleFolder, 'harness-sessions', `${name}.jsonl`);
      for (const fault of faults)
        appendFileSync(path, encodeSessionLine({ kind: 'fault', ...fault }));
    };

    it('are content without settings and without records', async () => {
      assert.deepEqual(verdicts(await check()), {
        'hook-settings': 'not-applicable',
        faults: 'ok',
      });
    });

    it('name what is wrong in the settings', async () => {
      write('hook-settings.json', '{"failClosed": 3}');
      const settings = found(await check(), 'hook-settings');
      assert.equal(settings.verdict, 'problem');
      assert.match(settings.finding, /failClosed/);
      write('hook-settings.json', '{"failClosed": true}');
      assert.equal(found(await check(), 'hook-settings').verdict, 'ok');
    });

    it('tell of the faults of the last day, and not of older ones', async () => {
      session('a', { atMs: nowMs - 1000, text: 'the disk is full' });
      session('b', { atMs: nowMs - 2 * 24 * 3_600_000, text: 'long ago' });
      const faults = found(await check(), 'faults');
      assert.equal(faults.verdict, 'warning');
      assert.match(faults.finding, /once.*codex: the disk is full/);
      assert.doesNotMatch(faults.finding, /long ago/);
    });

    it('know the newest event of each agent, whatever else lies there', () => {
      session('a');
      write('harness-sessions/broken.jsonl', '\u0000{"kind":"session"\n');
      write('harness-sessions/empty.jsonl', '');
      mkdirSync(join(location.heddleFolder, 'harness-sessions', 'folder.jsonl'));
      assert.deepEqual([...readSessionEvidence(location).newestMs], [['codex', nowMs - 5000]]);
    });
  });

  describe('launcherCheck', () => {
    const place = () => ({ home: root, platform: process.platform });
    const verdict = async (isNeeded: boolean): Promise<string> =>
      (await launcherCheck({ home: root, isNeeded, version: '1.2.3' })).verdict;

    it('misses the launcher only when somebody needs it', async () => {
      assert.equal(await verdict(false), 'not-applicable');
      assert.equal(await verdict(true), 'problem');
    });

    it('is content when it starts this version, warns of another and of one that is gone', async () => {
      const cli = join(root, 'cli.cjs');
      writeFileSync(cli, '');
      await writeLauncher(place(), { cli, version: '1.2.3' });
      assert.equal(await verdict(true), 'ok');
      writeFileSync(cli, '');
      await writeLauncher(place(), { cli, version: '1.2.4' });
      assert.equal(await verdict(true), 'warning');
      removeTempFolder(cli);
      assert.equal(await verdict(false), 'problem');
    });

    it('notices a launcher that was changed', async () => {
      await writeLauncher(place(), { cli: join(root, 'cli.cjs'), version: '1.2.3' });
      writeFileSync(join(launcherPath(place()), '..', 'heddle-agents'), 'echo');
      assert.equal(await verdict(true), 'problem');
    });
  });
});

describe('isRefusal', () => {
  const refusals: readonly object[] = [
    { hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny' } },
    { decision: 'deny', reason: 'x' },
    { decision: 'block' },
    { permission: 'deny' },
    { refuse: 'x' },
  ];
  for (const answer of refusals) {
    it(`takes ${JSON.stringify(answer)} for one`, () => {
      assert.equal(isRefusal({ stdout: JSON.stringify(answer), exitCode: 0 }), true);
    });
  }

  it('takes exit code 2 for one', () => {
    assert.equal(isRefusal({ stdout: '', exitCode: 2 }), true);
  });

  it('takes nothing else for one', () => {
    for (const stdout of ['', 'deny', 'null', '{"decision":"allow"}', '{"reason":"deny"}']) {
      assert.equal(isRefusal({ stdout, exitCode: 0 }), false, stdout);
    }
    assert.equal(isRefusal({ stdout: '', exitCode: 1 }), false);
    assert.equal(isRefusal({ stdout: '', exitCode: undefined }), false);
  });
});
