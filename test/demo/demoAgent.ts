import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { roleNamed, type DemoRole } from './demoCast.ts';
import { DemoCli } from './demoCli.ts';
import { newActorKey } from './demoKeys.ts';
import type { DemoStage } from './demoStage.ts';
import { firstUsage, grown, usageFlags } from './demoUsage.ts';
import { playRole, type PlayedRole } from './playRole.ts';

/**
 * The program of one agent: `node demoAgent.mjs ROLE STAGE [PARENT-KEY]`. It joins the registry,
 * beats, reports what it uses, spawns, and finishes. The word `finish` on its input ends it early;
 * the end of its input means that whoever started it is gone, and ends it without a word.
 */
const reportMs = { from: 4_000, to: 6_000 };
const reportsPerBeat = 2;
const joinTries = 20;
/** Short enough for an end that nobody waits for. */
const waitPerTry = '20s';
/** The exit code of the CLI for a thread that somebody else holds. */
const heldByOther = 3;

interface Player {
  readonly role: DemoRole;
  readonly actorKey: string;
  readonly parentKey: string | undefined;
  readonly folder: string;
  readonly cli: DemoCli;
  /** Aborts when it was asked to finish. */
  readonly asked: AbortSignal;
}

await main(process.argv.slice(2));

async function main([name = '', stageText = '', parentKey]: readonly string[]): Promise<void> {
  const stage = JSON.parse(stageText) as DemoStage;
  const role = roleNamed(name);
  const player: Player = {
    role,
    actorKey: newActorKey(role, parentKey),
    parentKey,
    folder: role.place === 'linked worktree' ? stage.worktree : stage.repository,
    cli: new DemoCli(stage.cli, stage.repository),
    asked: listenToParent(),
  };
  if (role.ending.kind === 'killed') {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), role.ending.afterSeconds * 1000);
  }

  const sessionId = await join(player);
  const spawned = role.spawns.map((each) => playRole(each, { stage, parentKey: player.actorKey }));
  const editing = edit(player, sessionId);
  const isActive = await work(player, sessionId);
  await editing;
  await leave(player, { sessionId, spawned, isActive });
  process.exit();
}

/** The signal aborts when the parent says `finish`; this process exits when the parent is gone. */
function listenToParent(): AbortSignal {
  const asked = new AbortController();
  process.stdin.on('data', () => asked.abort());
  process.stdin.on('end', () => {
    if (!asked.signal.aborted) process.exit();
  });
  return asked.signal;
}

/** Reserves its thread; where it has none, or somebody else was quicker, it merely registers. */
async function join(player: Player): Promise<string> {
  const { role, cli } = player;
  let problem = '';
  for (let tries = 0; tries < joinTries; tries += 1) {
    const result = await ask(player);
    const sessionId = result.document?.agent?.session_id;
    if (result.exitCode === 0 && sessionId !== undefined) {
      if (role.thread === undefined) await cli.run('update', sessionId, '--task', role.task);
      return sessionId;
    }
    problem = result.stderr;
    await delay(1_000);
  }
  throw new Error(`${role.name} could not join: ${problem}`);
}

async function ask(player: Player): ReturnType<DemoCli['run']> {
  const { role, cli } = player;
  const register = (): ReturnType<DemoCli['run']> => cli.run('register', ...identityFlags(player));
  if (role.thread === undefined) return await register();

  const reserved = await cli.run(
    ...['reserve', role.thread, '--task', role.task],
    ...identityFlags(player),
  );
  return reserved.exitCode === heldByOther ? await register() : reserved;
}

function identityFlags({ role, actorKey, parentKey, folder }: Player): string[] {
  const { harness, model } = role;
  return [
    ...(harness === undefined ? [] : ['--harness', harness]),
    ...['--provider', model?.provider ?? 'human'],
    ...(model === undefined ? [] : ['--model', model.name]),
    ...['--actor-key', actorKey],
    ...(parentKey === undefined ? [] : ['--parent-key', parentKey]),
    ...['--path', folder, '--pid', String(process.pid)],
  ];
}

/** Locks what it edits, one after the other. Whoever holds a file meanwhile is waited for. */
async function edit({ role, cli, asked }: Player, sessionId: string): Promise<void> {
  for (const { path, reason, isShared = false } of role.edits ?? []) {
    while (!asked.aborted) {
      const flags = ['--agent', sessionId, '--reason', reason, '--wait', waitPerTry];
      const { exitCode } = await cli.run('lock', path, ...flags, ...(isShared ? ['--shared'] : []));
      if (exitCode !== heldByOther) break;
    }
  }
}

/** Reports until its time is over; false when somebody else has ended its session meanwhile. */
async function work({ role, cli, asked }: Player, sessionId: string): Promise<boolean> {
  const { ending, model } = role;
  const lastsMs = ending.kind === 'release' ? ending.afterSeconds * 1000 : Infinity;
  const endsAtMs = Date.now() + lastsMs;
  let usage = model === undefined ? undefined : firstUsage(model);
  for (let report = 1; !asked.aborted && Date.now() < endsAtMs; report += 1) {
    if (model !== undefined && usage !== undefined) {
      await cli.run('update', sessionId, ...usageFlags(usage, model));
      usage = grown(usage, model);
    }
    if (report % reportsPerBeat === 0) {
      const { document } = await cli.run('heartbeat', sessionId);
      if (['not-active', 'not-found'].includes(document?.error?.code ?? '')) return false;
    }
    await delay(randomInt(reportMs.from, reportMs.to), undefined, { signal: asked }).catch(
      (error: unknown) => {
        if (!asked.aborted) throw error;
      },
    );
  }
  return true;
}

async function leave(
  { role, cli }: Player,
  how: {
    readonly sessionId: string;
    readonly spawned: readonly PlayedRole[];
    readonly isActive: boolean;
  },
): Promise<void> {
  await Promise.all(how.spawned.map((each) => each.finish()));
  const status = role.ending.kind === 'release' ? role.ending.status : 'complete';
  if (how.isActive) await cli.run('release', how.sessionId, '--status', status);
}
