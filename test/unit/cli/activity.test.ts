import { deepEqual, equal, match } from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { ActivityFiles, activityFolder } from '../../../src/node/activityFiles.ts';
import { buildActivity } from '../../support/activityBuilder.ts';
import { eventually } from '../../support/eventually.ts';
import {
  CliSandbox,
  Collector,
  parseExact,
  sandboxNow,
  stable,
  type Fields,
} from './cliSandbox.ts';

const nowMs = Date.parse(sandboxNow);

describe('activity', () => {
  let sandbox: CliSandbox;
  let log: ActivityFiles;
  beforeEach(() => {
    sandbox = new CliSandbox();
    log = new ActivityFiles(activityFolder(heddleRootAt(sandbox.root)));
  });
  afterEach(() => sandbox.dispose());

  const events = async (...flags: string[]): Promise<readonly Fields[]> => {
    const { code, document } = await sandbox.json('activity', ...flags);
    deepEqual([code, Object.keys(document)], [0, ['events']]);
    return document.events as readonly Fields[];
  };
  const times = async (...flags: string[]): Promise<readonly unknown[]> =>
    (await events(...flags)).map(({ at_ms }) => at_ms);

  it('activity --json prints what the other verbs recorded, as the log has it', async () => {
    const agent = await sandbox.agent('reserve', 'main', '--harness', 'codex', '--task', 'Fix it');
    sandbox.advance(1000);
    await sandbox.run(['reserve', 'main']);
    sandbox.advance(1000);
    await sandbox.run(['release', String(agent.session_id), '--status', 'merged']);
    const party = { session_id: agent.session_id, name: 'codex' };
    const common = { paths: [], thread: 'main' };
    const told = await events();
    deepEqual(
      told.map((event) => ({ ...event, actor: undefined })),
      [
        {
          at_ms: nowMs,
          at: sandboxNow,
          kind: 'thread-reserved',
          actor: undefined,
          ...common,
          reason: 'Fix it',
        },
        {
          at_ms: nowMs + 1000,
          at: '2026-11-21T12:00:01.000Z',
          kind: 'thread-refused',
          actor: undefined,
          other: party,
          ...common,
        },
        {
          at_ms: nowMs + 2000,
          at: '2026-11-21T12:00:02.000Z',
          kind: 'thread-released',
          actor: undefined,
          ...common,
          cause: 'merged',
        },
      ],
    );
    deepEqual([told[0]?.actor, told[2]?.actor], [party, party]);
  });

  it('activity prints a line for each event: when, who, what, why', async () => {
    await log.append([
      buildActivity({ reason: 'tidying up' }),
      buildActivity({
        kind: 'lock-refused',
        actor: { sessionId: 'agent-b', name: 'claude-code' },
        other: { holderId: 1, name: 'codex' },
      }),
    ]);
    const { code, stdout } = await sandbox.run(['activity']);
    equal(code, 0);
    equal(
      stable(stdout, sandbox.root),
      [
        '<local time>  codex (#1)             locked src/app.ts                      tidying up',
        '<local time>  claude-code (agent-b)  was refused src/app.ts, held by codex',
        '',
      ].join('\n'),
    );
  });

  it('--since, --limit, --kind and --path narrow it down', async () => {
    const hourMs = 60 * 60_000;
    await log.append([
      buildActivity({ atMs: nowMs - 3 * hourMs, paths: ['src/a.ts'] }),
      buildActivity({ atMs: nowMs - hourMs, kind: 'lock-expired', paths: ['src'] }),
      buildActivity({ atMs: nowMs - 60_000, kind: 'lock-broken', paths: ['docs/b.md'] }),
    ]);
    deepEqual(await times(), [nowMs - 3 * hourMs, nowMs - hourMs, nowMs - 60_000]);
    deepEqual(await times('--since', '2h'), [nowMs - hourMs, nowMs - 60_000]);
    deepEqual(await times('--since', '90s'), [nowMs - 60_000]);
    deepEqual(await times('--since', '2026-11-21T11:59:00Z'), [nowMs - 60_000]);
    deepEqual(await times('--limit', '1'), [nowMs - 60_000]);
    deepEqual(await times('--kind', 'lock-expired', 'lock-granted', '--limit', '1'), [
      nowMs - hourMs,
    ]);
    deepEqual(await times('--path', 'src/a.ts'), [nowMs - 3 * hourMs, nowMs - hourMs]);
    deepEqual(await times('--path', './docs/'), [nowMs - 60_000]);
    deepEqual(await times('--path', '.'), await times());
  });

  it('--path counts from the working directory, also in a linked worktree', async () => {
    const main = join(sandbox.root, 'main');
    const linked = join(sandbox.root, 'linked');
    const gitDir = join(main, '.git', 'worktrees', 'linked');
    mkdirSync(gitDir, { recursive: true });
    mkdirSync(join(main, '.heddle'));
    mkdirSync(join(linked, 'src'), { recursive: true });
    writeFileSync(join(gitDir, 'commondir'), '../..\n');
    writeFileSync(join(linked, '.git'), `gitdir: ${gitDir}\n`);
    await new ActivityFiles(activityFolder(heddleRootAt(main))).append([buildActivity()]);
    for (const cwd of [join(linked, 'src'), join(main)]) {
      const path = cwd === main ? 'src/app.ts' : 'app.ts';
      const { stdout } = await sandbox.run(['activity', '--path', path], { cwd });
      match(stdout, /locked src\/app\.ts/);
    }
    const outside = await sandbox.run(['activity', '--path', '../../x'], { cwd: linked });
    equal(outside.code, 2);
  });

  it('what can never be right exits 2', async () => {
    const wrong = [
      ['--since', 'yesterday'],
      ['--since', '-5m'],
      ['--since', '10'],
      ['--limit', '0'],
      ['--limit', '1.5'],
      ['--limit', '100001'],
      ['--kind', 'lock'],
      ['--path', '..'],
      ['--path', ''],
    ];
    for (const flags of wrong) {
      const { code, document } = await sandbox.json('activity', ...flags);
      deepEqual([code, Object.keys(document)], [2, ['error']], flags.join(' '));
    }
  });

  it('nothing recorded is nothing wrong, and makes no folder', async () => {
    deepEqual(await events(), []);
    match((await sandbox.run(['activity'])).stderr, /Nothing has been recorded yet/);
    await log.append([buildActivity()]);
    match((await sandbox.run(['activity', '--since', '1m'])).stderr, /Nothing that was recorded/);
    rmSync(join(sandbox.root, '.heddle'), { recursive: true });
    const { code, stderr } = await sandbox.run(['activity', '--root', sandbox.root]);
    equal(code, 0);
    match(stderr, /There is no registry/);
  });

  it('says how much of the log it had to pass over', async () => {
    await log.append([buildActivity()]);
    appendFileSync(join(log.folder, 'activity.ndjson'), 'garbage\n');
    const { code, stderr } = await sandbox.run(['activity', '--json']);
    deepEqual([code, stderr], [0, 'Lines of the log that hold no event: 1.\n']);
  });

  it('prints nothing that a terminal would obey', async () => {
    const reason = '\u001b[31mred\u202e\n\u0007';
    await log.append([buildActivity({ reason, actor: { name: reason }, paths: [reason] })]);
    const { stdout } = await sandbox.run(['activity']);
    match(stdout, /⟨U\+001B⟩/);
    equal(/[\u0007\u001b\u202e]/.test(stdout), false);
  });

  describe('--follow', () => {
    async function followed(
      flags: readonly string[],
      during: (stdout: Collector) => Promise<void>,
    ): Promise<number> {
      const stop = new AbortController();
      const stdout = new Collector();
      const run = sandbox.run(['activity', '--follow', ...flags], { stop: stop.signal, stdout });
      try {
        await during(stdout);
      } finally {
        stop.abort();
      }
      return (await run).code;
    }
    const lines = ({ text }: Collector): readonly string[] =>
      text.split('\n').filter((line) => line !== '');

    it('prints the past and then each event, until it is stopped', async () => {
      await log.append([buildActivity({ atMs: 1 }), buildActivity({ atMs: 2 })]);
      const code = await followed(['--json', '--limit', '1'], async (stdout) => {
        await eventually('the past is there', () => lines(stdout).length === 1);
        await sandbox.run(['reserve', 'main']);
        await eventually('the reservation is there', () => lines(stdout).length === 2);
        await log.append([buildActivity({ atMs: 3 }), buildActivity({ atMs: 4 })]);
        await eventually('the others are there', () => lines(stdout).length === 4);
        const shown = lines(stdout).map((line) => parseExact(line) as Fields);
        deepEqual(
          shown.map(({ at_ms }) => at_ms),
          [2, nowMs, 3, 4],
        );
      });
      equal(code, 0);
    });

    it('shows only what is asked for, and waits for a log that does not exist yet', async () => {
      await followed(['--kind', 'lock-broken'], async (stdout) => {
        await log.append([buildActivity({ kind: 'lock-granted' })]);
        await log.append([buildActivity({ kind: 'lock-broken', reason: 'stuck' })]);
        await eventually('the break is there', () => stdout.text.includes('stuck'));
        equal(lines(stdout).length, 1);
      });
    });
  });
});
