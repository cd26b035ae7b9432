import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { NeedAnswer, NeedStep } from '../../process/needMessages.ts';
import { buildChildProgram } from '../../support/childProgram.ts';
import { entryText } from '../../support/entryBuilder.ts';
import { makeAgentsFolder, makeTempFolder, removeTempFolder } from '../../support/tempFolder.ts';

const run = promisify(execFile);
const isAdministrator = process.getuid?.() === 0;
const nobody = 65534;

describe('the registry where it may not do everything', () => {
  let program: string;
  let root: string;
  let folder: string;
  before(async () => {
    program = await buildChildProgram(
      new URL('../../process/children/writerInNeed.ts', import.meta.url),
    );
  });
  beforeEach(() => {
    root = makeTempFolder();
    chmodSync(root, 0o755);
    folder = makeAgentsFolder(root);
  });
  afterEach(() => {
    chmodSync(dirname(folder), 0o755);
    removeTempFolder(root);
  });

  /** What an ordinary user gets, in a process of its own. */
  async function asOrdinaryUser(...steps: readonly NeedStep[]): Promise<readonly NeedAnswer[]> {
    const user = isAdministrator ? 'nobody' : 'self';
    const args = [program, root, user, ...steps.map((step) => JSON.stringify(step))];
    return JSON.parse((await run(process.execPath, args)).stdout) as readonly NeedAnswer[];
  }

  function giveAway(path: string): void {
    if (isAdministrator) chownSync(path, nobody, nobody);
  }

  const saveX: NeedStep = { kind: 'save', id: 'x', version: 'new' };
  const list: NeedStep = { kind: 'list' };

  it('a file that may not be read is reported, hides no other, and counts once it may be read', async () => {
    giveAway(folder);
    for (const id of ['agent-secret', 'agent-good']) {
      writeFileSync(join(folder, `${id}.toml`), entryText(id));
    }
    chmodSync(join(folder, 'agent-secret.toml'), 0o000);
    giveAway(join(folder, 'agent-secret.toml'));

    const [listed, saved, opened, again] = await asOrdinaryUser(
      list,
      saveX,
      { kind: 'chmod', name: 'agent-secret.toml', mode: 0o644 },
      list,
    );

    assert.deepEqual(listed?.result, {
      versions: ['agent-good undefined'],
      broken: ['agent-secret.toml: The file may not be read by this user. Check its permissions.'],
    });
    assert.deepEqual([saved?.result, opened?.result], ['done', 'done']);
    assert.deepEqual(again?.result, {
      versions: ['x new', 'agent-good undefined', 'agent-secret undefined'].sort(),
      broken: [],
    });
  });

  it('a folder that may not be read is an error, not an empty registry', async () => {
    chmodSync(folder, 0o000);
    const [listed, saved] = await asOrdinaryUser(list, saveX);
    chmodSync(folder, 0o755);
    assert.equal(listed?.code, 'io');
    assert.match(listed.message ?? '', /agents cannot be read .*Check the permissions/);
    assert.equal(saved?.code, 'lock-unavailable');
  });

  it('a .heddle that may not be entered is an error, not an absent registry', async () => {
    chmodSync(dirname(folder), 0o000);
    const [listed] = await asOrdinaryUser(list);
    assert.equal(listed?.code, 'io');
  });

  for (const lock of ['none', 'readable', 'writable'] as const) {
    it(`a read-only folder is read but never written, with ${lock} .lock`, async () => {
      writeFileSync(join(folder, 'agent-good.toml'), entryText('agent-good'));
      writeFileSync(
        join(folder, 'agent-stale.toml'),
        entryText('agent-stale', {
          status: 'merged',
          more: 'completed_at = "2020-01-01T00:00:00Z"',
        }),
      );
      if (lock !== 'none') {
        writeFileSync(join(folder, '.lock'), '');
        chmodSync(join(folder, '.lock'), lock === 'readable' ? 0o444 : 0o666);
      }
      const before = readdirSync(folder);
      chmodSync(folder, 0o555);

      const [listed, saved] = await asOrdinaryUser(list, saveX);
      chmodSync(folder, 0o755);

      assert.deepEqual(listed?.result, { versions: ['agent-good undefined'], broken: [] });
      assert.equal(saved?.code, lock === 'writable' ? 'io' : 'lock-unavailable');
      assert.match(saved.message ?? '', /permission/i);
      assert.deepEqual(readdirSync(folder), before);
    });
  }

  it('a root in which nothing may be made is no registry, and a write says so', async () => {
    const closed = join(root, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    const args = [
      program,
      closed,
      isAdministrator ? 'nobody' : 'self',
      ...[list, saveX].map((step) => JSON.stringify(step)),
    ];
    const { stdout } = await run(process.execPath, args);
    chmodSync(closed, 0o755);
    const [listed, saved] = JSON.parse(stdout) as readonly NeedAnswer[];
    assert.deepEqual(listed?.result, { versions: [], broken: [] });
    assert.equal(saved?.code, 'io');
    assert.match(saved.message ?? '', /agents cannot be created/);
    assert.deepEqual(readdirSync(closed), []);
  });

  /** A disk too small for a large entry: it is refused, and all else is as it was. */
  async function assertSurvivesFullDisk(
    command: string,
    args: readonly string[],
    reason: RegExp,
  ): Promise<void> {
    const large = { version: 'large', repetitions: 20_000 };
    const steps: readonly NeedStep[] = [
      { kind: 'save', id: 'x', version: 'old', repetitions: 3 },
      { kind: 'save', id: 'x', ...large },
      { kind: 'save', id: 'y', ...large },
      { kind: 'list' },
      { kind: 'save', id: 'z', version: 'later', repetitions: 3 },
      { kind: 'list' },
      { kind: 'names' },
    ];
    const child = [process.execPath, program, root, 'self', ...steps.map((s) => JSON.stringify(s))];
    const { stdout } = await run(command, [...args, ...child]);
    const [small, replaced, created, listed, later, again, names] = JSON.parse(
      stdout,
    ) as readonly NeedAnswer[];

    assert.equal(small?.result, 'done', small?.message);
    for (const refused of [replaced, created]) {
      assert.equal(refused?.code, 'io');
      assert.match(refused.message ?? '', reason);
      assert.match(refused.message ?? '', /free space of the disk/);
    }
    assert.deepEqual(listed?.result, { versions: ['x old'], broken: [] });
    assert.equal(later?.result, 'done', later?.message);
    assert.deepEqual(again?.result, { versions: ['x old', 'z later'], broken: [] });
    const left = (names?.result as string[]).filter((name) => !/^\.(lock|gitignore)$/.test(name));
    assert.deepEqual(left.sort(), ['x.toml', 'z.toml'], 'no temporary file is left');
  }

  it('a disk that takes no more of a file loses nothing', () =>
    assertSurvivesFullDisk('bash', ['-c', 'ulimit -f 32; exec "$@"', 'bash'], /EFBIG/));

  const unshare = ['--mount', ...(isAdministrator ? [] : ['--map-root-user'])];
  const mountTmpfs = 'mount -t tmpfs -o size=64k,mode=755 tmpfs "$0" && exec "$@"';
  if (spawnSync('unshare', [...unshare, 'sh', '-c', mountTmpfs, tmpdir(), 'true']).status === 0) {
    it('a full disk loses nothing', () =>
      assertSurvivesFullDisk(
        'unshare',
        [...unshare, 'sh', '-c', mountTmpfs, dirname(folder)],
        /ENOSPC/,
      ));
  }
});
