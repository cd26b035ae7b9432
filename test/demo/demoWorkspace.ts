import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { build } from 'esbuild';

import { onProcessEnd } from '../support/vscode/processEnd.ts';
import { demoPerson, withSpawned } from './demoCast.ts';
import { DemoCli } from './demoCli.ts';
import { newActorKey } from './demoKeys.ts';
import { makeDemoRepository } from './demoRepository.ts';
import { endTree, killTree } from './endProcesses.ts';
import { makeOwnFolder } from './ownFolder.ts';
import { playRole, type PlayedRole } from './playRole.ts';
import { step } from './step.ts';

const joinTimeoutMs = 90_000;

/** A repository with agents at work in it. */
export interface Demo {
  /** The repository, which holds `.heddle`. */
  readonly folder: string;
  /** The session id of the person at the top. */
  readonly person: string;
  /** Ends the agents and removes all that was made. */
  stop(): Promise<void>;
}

/**
 * Makes a demo repository and resolves when its agents have joined: a person, three agents and three
 * subagents, each a process. About 20 s after its start one of them is killed. Nothing of it outlives
 * this process.
 *
 * @param options.cli the built command-line program, a file for node
 */
export async function startDemo({ cli }: { readonly cli: string }): Promise<Demo> {
  let person: PlayedRole | undefined;
  const withdraw = onProcessEnd(() => {
    if (person?.pid !== undefined) killTree(person.pid);
  });
  const own = makeOwnFolder('heddle-demo');
  const stop = async (): Promise<void> => {
    if (person?.pid !== undefined) await endTree(person.pid);
    await own.remove();
    withdraw();
  };

  try {
    const { folder, worktree } = await step(
      { what: 'Making the demo repository', help: 'git --version' },
      () => makeDemoRepository(own.path),
    );
    const heddle = new DemoCli(cli, folder);
    await initialise(heddle);
    const agentProgram = await bundleAgent(own.path);
    person = playRole(demoPerson, { stage: { agentProgram, cli, repository: folder, worktree } });
    return { folder, person: await untilJoined(heddle), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function initialise(cli: DemoCli): Promise<void> {
  const { exitCode, stderr } = await cli.run('init');
  if (exitCode !== 0) throw new Error(`The registry could not be made: ${stderr}`);
}

/** One plain file: an agent's process is then node and nothing else. */
async function bundleAgent(folder: string): Promise<string> {
  const outfile = join(folder, 'demoAgent.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'demoAgent.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return outfile;
}

/** Returns the session id of the person. */
async function untilJoined(cli: DemoCli): Promise<string> {
  const wanted = withSpawned(demoPerson).length;
  const personKey = newActorKey(demoPerson, undefined);
  const deadline = Date.now() + joinTimeoutMs;
  for (;;) {
    const agents = (await cli.run('list')).document?.agents ?? [];
    const person = agents.find((agent) => agent.native_actor_key === personKey);
    if (person !== undefined && agents.length >= wanted) return person.session_id;
    if (Date.now() > deadline) {
      throw new Error(
        `Only ${agents.length} of ${wanted} agents have joined within a minute and a half.`,
      );
    }
    await delay(300);
  }
}
