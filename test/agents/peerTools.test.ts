import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { ended } from '../process/cli/spawnCli.ts';
import { AcpWorld } from '../support/agents/acp/acpWorld.ts';
import { codexAcp } from '../support/agents/acp/codexAcp.ts';
import type { CommandLineAgent } from '../support/agents/acp/commandLineSessions.ts';
import { geminiAcp } from '../support/agents/acp/geminiAcp.ts';
import { openCodeAcp } from '../support/agents/acp/openCodeAcp.ts';
import { prepareCodexHome } from '../support/agents/codex.ts';
import { geminiModel, prepareGeminiHome } from '../support/agents/geminiCli.ts';
import { prepareOpenCodeHome } from '../support/agents/openCode.ts';
import { startScriptedClaudeModel } from '../support/agents/scriptedClaudeModel.ts';
import { startScriptedGeminiModel } from '../support/agents/scriptedGeminiModel.ts';
import { startScriptedResponsesModel } from '../support/agents/scriptedResponsesModel.ts';
import { answersByPrompt, type ScriptedRequest } from '../support/agents/scriptedSteps.ts';
import { cliPath } from '../support/cliPath.ts';

/** A scripted model, as far as these tests look at it. */
interface Model {
  readonly url: string;
  readonly asked: readonly { readonly toolResults: readonly { readonly text: string }[] }[];
  stop(): Promise<void>;
}

interface Call {
  readonly tool: string;
  readonly namespace?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

interface Step {
  readonly text?: string;
  readonly calls?: readonly Call[];
}

interface Speaker {
  readonly name: string;
  ensure(): Promise<string>;
  startModel(): Promise<Model>;
  prepare(world: AcpWorld, modelUrl: string): Omit<CommandLineAgent, 'program'>;
}

/** Finds its peers, writes to one, and to somebody who is none. Agents name tools in ways of their own. */
function script(
  request: Pick<ScriptedRequest, 'userTexts'> & { readonly tools: readonly string[] },
): Step {
  const call = (tool: string, input: Call['input']): Step => {
    const name = request.tools.find((each) => each.endsWith(tool));
    // Codex has its model search for them, but runs them without that as well.
    const place = name === undefined ? { tool, namespace: 'mcp__heddle_agents' } : { tool: name };
    return { calls: [{ ...place, input }] };
  };
  return answersByPrompt<Step>({
    'ask about the page': [
      call('list_peers', {}),
      call('send_to_peer', { peer: 'docs', text: 'Is the page right?' }),
      call('send_to_peer', { peer: 'backend', text: 'Are you there?' }),
      { text: 'Asked.' },
    ],
  })(request);
}

const speakers: readonly Speaker[] = [
  {
    name: 'OpenCode',
    ensure: () => openCodeAcp.ensure(),
    startModel: () => startScriptedClaudeModel(script),
    prepare: ({ home }, modelUrl) => {
      prepareOpenCodeHome({ home, modelUrl });
      const env = {
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      };
      return { id: 'opencode', env };
    },
  },
  {
    name: 'Codex',
    ensure: () => codexAcp.ensure(),
    startModel: () => startScriptedResponsesModel(script),
    prepare: ({ home, repo }, modelUrl) => {
      prepareCodexHome({ home, modelUrl, trustedProjects: [repo] });
      return { id: 'codex', env: { SCRIPTED_MODEL_KEY: 'scripted' } };
    },
  },
  {
    name: 'Gemini CLI',
    ensure: () => geminiAcp.ensure(),
    startModel: () => startScriptedGeminiModel(script),
    prepare: ({ home }, modelUrl) => {
      prepareGeminiHome(home, {
        model: { name: geminiModel },
        // It uses the tools of others only in folders that it trusts.
        security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      });
      const env = {
        GOOGLE_GEMINI_BASE_URL: modelUrl,
        GEMINI_CLI_NO_RELAUNCH: 'true',
        GEMINI_API_KEY: 'scripted',
      };
      return { id: 'gemini', env };
    },
  },
];

for (const speaker of speakers) {
  describe(`a named agent that is a real ${speaker.name}`, () => {
    let world: AcpWorld;
    let model: Model;
    let program: string;
    let agent: Omit<CommandLineAgent, 'program'>;
    const children = new Set<ChildProcessWithoutNullStreams>();

    before(async () => {
      program = await speaker.ensure();
      model = await speaker.startModel();
      world = await AcpWorld.make();
      mkdirSync(`${world.home}/tmp`);
      agent = speaker.prepare(world, model.url);
      world.write('.heddle/identities/reviewer.toml', `agent = "${agent.id}"\npeers = ["docs"]\n`);
      for (const name of ['docs', 'backend']) {
        world.write(`.heddle/identities/${name}.toml`, `agent = "${agent.id}"\n`);
      }
    });
    after(async () => {
      for (const child of children) child.kill('SIGKILL');
      await model.stop();
      await world.end();
    });

    const start = (...args: readonly string[]): ChildProcessWithoutNullStreams => {
      const { home, repo } = world;
      const { SystemRoot, PATH = '' } = process.env;
      const child = spawn(process.execPath, [cliPath(), ...args], {
        cwd: repo,
        env: {
          ...(SystemRoot !== undefined && { SystemRoot }),
          ...{ HOME: home, USERPROFILE: home, TMPDIR: home },
          PATH: [dirname(program), dirname(process.execPath), PATH].join(delimiter),
          ...agent.env,
        },
      });
      children.add(child);
      child.once('close', () => children.delete(child));
      return child;
    };
    const json = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await ended(start(...args, '--json'))).stdout);

    /** Allows what is asked, each time, until this is over. */
    const allowUntil = async (isOver: () => boolean): Promise<void> => {
      while (!isOver()) {
        const { sessions } = (await json('session', 'list')) as { readonly sessions: Asking[] };
        for (const { session_id: id, pause } of sessions) {
          const options = pause?.prompts[0]?.options ?? [];
          const allowed = options.find(({ kind }) => kind === 'allow-once');
          if (allowed) await ended(start('session', 'answer', id, '--option', allowed.id));
        }
        await delay(100);
      }
    };

    it('finds its peers with our tools, and writes to them and to nobody else', async () => {
      let isOver = false;
      const child = start('identity', 'send', 'reviewer', '--prompt', 'ask about the page');
      const end = ended(child).finally(() => (isOver = true));
      await allowUntil(() => isOver);
      const { code, stdout, stderr } = await end;
      equal(code, 0, stdout + stderr);
      match(stdout, /Asked\./);
      const results = model.asked.flatMap(({ toolResults }) => toolResults.map(({ text }) => text));
      const [listed = '', sent = '', refused = ''] = results;
      match(listed, /You are reviewer\. Your peers, to whom you can write with send_to_peer:/);
      match(sent, /docs is not running now\. The message waits in its inbox/);
      match(refused, /You have no peer backend\. Your peers are: docs\./);
      const { identities } = (await json('identity', 'list')) as { readonly identities: Waiting[] };
      deepEqual(
        identities.map(({ identity, waiting_messages: count }) => [identity, count]),
        [
          ['backend', 0],
          ['docs', 1],
          ['reviewer', 0],
        ],
      );
    });
  });
}

interface Asking {
  readonly session_id: string;
  readonly pause: {
    readonly prompts: readonly {
      readonly options: readonly { readonly id: string; readonly kind: string }[] | null;
    }[];
  } | null;
}

interface Waiting {
  readonly identity: string;
  readonly waiting_messages: number;
}
