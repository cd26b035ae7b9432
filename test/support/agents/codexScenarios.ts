import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runCodexOnce } from './codex.ts';
import { connectCodexAppServer, trustCodexHooks } from './codexAppServer.ts';
import type { CodexWorld } from './codexWorld.ts';
import type { HookAnswer } from './claudeWorld.ts';
import type { ModelGate } from './modelGate.ts';
import type { ResponsesCall, ResponsesRequest, ResponsesStep } from './scriptedResponsesModel.ts';
import { answersByPrompt } from './scriptedSteps.ts';

/** One recorded run of Codex. */
export interface CodexScenario {
  readonly name: string;
  readonly modelName?: string;
  readonly answers?: readonly HookAnswer[];
  readonly script: (gate: ModelGate) => (request: ResponsesRequest) => ResponsesStep;
  readonly run: (world: CodexWorld, gate: ModelGate) => Promise<void>;
}

export const codexFiles = { 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'x\n' };

export const editPatch = `*** Begin Patch
*** Update File: a.txt
@@
 one
-two
+TWO
 three
*** End Patch
`;

const manyFilesPatch = `*** Begin Patch
*** Update File: a.txt
@@
 one
-two
+TWO
 three
*** Add File: new folder/new file.txt
+hello
*** Update File: b.txt
*** Move to: moved/b2.txt
@@
-x
+y
*** End Patch
`;

const deletePatch = `*** Begin Patch
*** Delete File: new folder/new file.txt
*** End Patch
`;

const heredoc = `apply_patch <<'EOF'
*** Begin Patch
*** Update File: a.txt
@@
 one
-TWO
+2
 three
*** End Patch
EOF
`;

/** A patch, as Codex's models send it. */
export function patchStep(patch: string): ResponsesStep {
  return { calls: [{ tool: 'apply_patch', input: patch }] };
}

/** A shell command. */
export function commandStep(cmd: string, more: Record<string, unknown> = {}): ResponsesStep {
  return { calls: [{ tool: 'exec_command', input: { cmd, ...more } }] };
}

/** JavaScript that calls tools, which is how models in code mode work. */
export function codeStep(code: string): ResponsesStep {
  return { calls: [{ tool: 'exec', input: code }] };
}

function collaborate(tool: string, input: ResponsesCall['input']): ResponsesStep {
  return { calls: [{ namespace: 'collaboration', tool, input }] };
}

async function runOnce(world: CodexWorld, prompt = 'Do the work'): Promise<void> {
  const codex = runCodexOnce(prompt, world.options);
  const { code } = await codex.exit;
  assert.equal(code, 0, codex.stderr());
}

const refusal = 'a.txt is held by another agent.';

/** The file is as it was, and the model was told why. */
function provesRefusal(world: CodexWorld): void {
  assert.equal(readFileSync(join(world.repo, 'a.txt'), 'utf8'), 'one\ntwo\nthree\n');
  const told =
    world.model.asked
      .at(-1)
      ?.toolResults.map(({ text }) => text)
      .join() ?? '';
  assert.ok(told.includes(refusal), told);
}

export const codexScenarios: readonly CodexScenario[] = [
  {
    name: 'work',
    script: () =>
      answersByPrompt<ResponsesStep>({
        'Do the work': [
          commandStep('cat a.txt; env | grep ^CODEX_ | sort'),
          patchStep(manyFilesPatch),
          patchStep(deletePatch),
          commandStep(heredoc),
          commandStep('echo shell >> a.txt'),
          { text: 'Done.', usage: { input: 3000, cachedInput: 1000, output: 70, reasoning: 20 } },
        ],
      }),
    run: (world) => runOnce(world),
  },
  {
    name: 'refused',
    answers: [
      {
        event: 'PreToolUse',
        stdout: JSON.stringify({
          hookSpecificOutput: {
            hookEventName: 'PreToolUse',
            permissionDecision: 'deny',
            permissionDecisionReason: refusal,
          },
        }),
      },
    ],
    script: () =>
      answersByPrompt<ResponsesStep>({
        'Do the work': [patchStep(editPatch), { text: 'Refused.' }],
      }),
    run: async (world) => {
      await runOnce(world);
      provesRefusal(world);
    },
  },
  {
    name: 'code-mode',
    modelName: 'gpt-6-sol',
    script: () =>
      answersByPrompt<ResponsesStep>({
        'Do the work': [
          codeStep(
            `text(await tools.apply_patch(${JSON.stringify(editPatch)}));\n` +
              'text(await tools.exec_command({ cmd: "cat a.txt" }));',
          ),
          { text: 'Done.' },
        ],
      }),
    run: (world) => runOnce(world),
  },
  {
    name: 'subagent',
    modelName: 'gpt-6-sol',
    script: () => (request) => {
      const answered = request.items.filter(({ type }) => type.endsWith('_call_output')).length;
      const steps =
        request.threadId === request.sessionId
          ? [
              collaborate('spawn_agent', {
                task_name: 'helper',
                message: 'Change a.txt.',
                fork_turns: 'none',
              }),
              collaborate('wait_agent', { timeout_ms: 60_000 }),
            ]
          : [codeStep(`text(await tools.apply_patch(${JSON.stringify(editPatch)}));`)];
      return steps[answered] ?? { text: 'Done.' };
    },
    run: (world) => runOnce(world),
  },
  {
    name: 'resume',
    script: () => answersByPrompt<ResponsesStep>({ 'Do the work': [{ text: 'Done.' }] }),
    run: async (world) => {
      await runOnce(world);
      const session = world.calls()[0]?.payload.session_id ?? '';
      const codex = runCodexOnce('Go on', { ...world.options, resume: session });
      assert.equal((await codex.exit).code, 0, codex.stderr());
    },
  },
  {
    name: 'permission',
    script: (gate) =>
      answersByPrompt<ResponsesStep>({
        'Ask me': [
          commandStep('touch /etc/outside', {
            sandbox_permissions: 'require_escalated',
            justification: 'May I write outside of the project?',
          }),
          { text: 'Done.' },
        ],
        'Be slow': [{ text: 'Never.', gate }],
      }),
    run: askAndInterrupt,
  },
];

/** Only a client that can ask a person is asked; it says no, and interrupts the next turn. */
async function askAndInterrupt(world: CodexWorld, gate: ModelGate): Promise<void> {
  const client = await connectCodexAppServer(world.options);
  try {
    await trustCodexHooks(client, world.repo);
    const { thread } = (await client.request('thread/start', {
      cwd: world.repo,
      approvalPolicy: 'on-request',
      sandbox: 'workspace-write',
    })) as { readonly thread: { readonly id: string } };
    const start = async (text: string): Promise<void> => {
      await client.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text }] });
    };
    await start('Ask me');
    const asked = await client.message('item/commandExecution/requestApproval');
    client.respond(asked.id, { decision: 'decline' });
    await client.message('turn/completed');

    await start('Be slow');
    await gate.arrived;
    const turns = client.messages.filter(({ method }) => method === 'turn/started');
    const { turn } = turns.at(-1)?.params as { readonly turn: { readonly id: string } };
    await client.request('turn/interrupt', { threadId: thread.id, turnId: turn.id });
    client.process.endInput();
    await client.process.exit;
  } finally {
    await client.stop();
  }
}
