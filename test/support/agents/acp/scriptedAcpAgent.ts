/**
 * A real agent of the Agent Client Protocol whose prompts are its script: `node scriptedAcpAgent.ts` through tsx, or bundled.
 * A prompt is JSON, a list of steps, each `[name, ...arguments]`; they are taken one after the other.
 */
import { spawn } from 'node:child_process';
import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import {
  PROTOCOL_VERSION,
  RequestError,
  agent,
  methods,
  ndJsonStream,
  type AgentContext,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';

type Step = readonly [string, ...unknown[]];

const args = process.argv.slice(2);
const has = (flag: string): boolean => args.includes(`--${flag}`);
const sessionId = 'conversation-1';
let cancelled = new AbortController();
let calls = 0;
const answers: unknown[] = [];

if (has('stderr')) process.stderr.write('\u001B[31mwarning\u001B[0m: something is odd\n');
if (has('not-acp'))
  setInterval(() => process.stdout.write('hello, I am a chat bot\n'.repeat(50)), 1);
else if (has('dumb')) process.stdin.resume();
else if (has('crash-at-start')) {
  process.stderr.write('cannot find my configuration\n');
  process.exitCode = 3;
} else serve();

function serve(): void {
  if (has('garbage')) process.stdout.write('Update available: 1.2.3\n{"half":\n[1,2]\n');
  agent({ name: 'scripted' })
    .onRequest(methods.agent.initialize, () => ({
      protocolVersion: has('version-9') ? 9 : PROTOCOL_VERSION,
      agentCapabilities: {
        loadSession: has('load'),
        sessionCapabilities: has('resume') ? { resume: {} } : {},
      },
      authMethods: [{ id: 'login', name: 'Log in with a browser', description: 'opens a page' }],
    }))
    .onRequest(methods.agent.session.new, async ({ params }) => {
      if (has('silent-new')) await delay(1_000_000);
      if (has('needs-login')) throw RequestError.authRequired();
      answers.push(params);
      return { sessionId };
    })
    .onRequest(methods.agent.session.resume, () => ({}))
    .onRequest(methods.agent.session.load, async ({ params, client }) => {
      await tell(
        client,
        { sessionUpdate: 'user_message_chunk', content: text('earlier') },
        params.sessionId,
      );
      await tell(client, editCall('old', `${params.cwd}/a.txt`, 'completed'), params.sessionId);
      return {};
    })
    .onNotification(methods.agent.session.cancel, () => {
      if (!has('ignores-cancel')) cancelled.abort();
    })
    .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
      cancelled = new AbortController();
      const [block] = params.prompt;
      const steps = scriptIn(block?.type === 'text' ? block.text : '[]');
      for (const step of steps) {
        if (cancelled.signal.aborted) break;
        await take(step, { client, sessionId: params.sessionId });
      }
      const stopReason = cancelled.signal.aborted ? 'cancelled' : 'end_turn';
      const usage = { inputTokens: 100, outputTokens: 10, cachedReadTokens: 5, totalTokens: 115 };
      return { stopReason, usage };
    })
    .connect(
      ndJsonStream(
        Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
        Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>,
      ),
    );
  if (has('stubborn')) {
    process.on('SIGTERM', () => undefined);
    setInterval(() => undefined, 1000);
  }
}

/** A prompt that is no script is kept among the answers. */
function scriptIn(prompt: string): readonly Step[] {
  if (prompt.startsWith('[')) return JSON.parse(prompt) as readonly Step[];
  answers.push({ prompt });
  return [];
}

interface Place {
  readonly client: AgentContext;
  readonly sessionId: string;
}

/** Every step that a script may have. */
const steps: Readonly<Record<string, (place: Place, ...given: never[]) => unknown>> = {
  say: ({ client }, words: string) => {
    return tell(client, { sessionUpdate: 'agent_message_chunk', content: text(words) });
  },
  think: ({ client }, words: string) => {
    return tell(client, { sessionUpdate: 'agent_thought_chunk', content: text(words) });
  },
  /** Says what came back so far, as JSON. */
  answers: ({ client }) =>
    tell(client, { sessionUpdate: 'agent_message_chunk', content: text(JSON.stringify(answers)) }),
  environment: ({ client }, name: string) =>
    tell(client, { sessionUpdate: 'agent_message_chunk', content: text(process.env[name] ?? '') }),
  plan: ({ client }, ...contents: string[]) => {
    const entries = contents.map((content, i) => {
      const status = i === 0 ? ('in_progress' as const) : ('pending' as const);
      return { content, priority: 'high' as const, status };
    });
    return tell(client, { sessionUpdate: 'plan', entries });
  },
  usage: ({ client }, used: number, amount: number) =>
    tell(client, {
      sessionUpdate: 'usage_update',
      used,
      size: 200_000,
      cost: { amount, currency: 'USD' },
    }),
  update: ({ client }, update: SessionUpdate) => tell(client, update),
  /** Says a lot in one piece. */
  sayMuch: ({ client }, length: number) =>
    tell(client, { sessionUpdate: 'agent_message_chunk', content: text('x'.repeat(length)) }),
  flood: async ({ client }, count: number) => {
    const sent = Array.from({ length: count }, (_, i) =>
      tell(client, { sessionUpdate: 'agent_message_chunk', content: text(`${i} `) }),
    );
    await Promise.all(sent);
  },
  /** Asks, and writes the file itself when it may. */
  edit: async (place, path: string, newText: string) => {
    const callId = `call-${(calls += 1)}`;
    const call = editCall(callId, path, 'pending', newText);
    await tell(place.client, call);
    const { outcome } = await ask(place, { ...call, options: permissionOptions });
    answers.push(outcome);
    const isAllowed = outcome.outcome === 'selected' && outcome.optionId.startsWith('yes');
    if (isAllowed) writeFileSync(path, newText);
    const status = isAllowed ? ('completed' as const) : ('failed' as const);
    await tell(place.client, { sessionUpdate: 'tool_call_update', toolCallId: callId, status });
  },
  /** Edits without asking anybody. */
  editUnasked: async ({ client }, path: string, newText: string) => {
    const callId = `call-${(calls += 1)}`;
    await tell(client, editCall(callId, path, 'in_progress', newText));
    writeFileSync(path, newText);
    await tell(client, {
      sessionUpdate: 'tool_call_update',
      toolCallId: callId,
      status: 'completed',
    });
  },
  askToRun: async (place, command: string) => {
    const toolCallId = `call-${(calls += 1)}`;
    const call = { toolCallId, title: command, kind: 'execute' as const, rawInput: { command } };
    answers.push((await ask(place, { ...call, options: permissionOptions })).outcome);
  },
  /** Asks and takes the question back. */
  askAndWithdraw: async ({ client, sessionId: session }, ms: number) => {
    const withdrawn = AbortSignal.timeout(ms);
    const toolCall = { toolCallId: 'withdrawn', title: 'Never mind' };
    const params = { sessionId: session, toolCall, options: permissionOptions };
    const options = { cancellationSignal: withdrawn };
    answers.push(await client.request(methods.client.session.requestPermission, params, options));
  },
  read: async ({ client, sessionId: session }, path: string, line?: number, limit?: number) => {
    const params = { sessionId: session, path, line: line ?? null, limit: limit ?? null };
    await noteAnswer(() => client.request(methods.client.fs.readTextFile, params));
  },
  write: async ({ client, sessionId: session }, path: string, content: string) => {
    const params = { sessionId: session, path, content };
    await noteAnswer(() => client.request(methods.client.fs.writeTextFile, params));
  },
  run: async ({ client, sessionId: session }, command: string, ...rest: string[]) => {
    await noteAnswer(async () => {
      const terminal = await client.createTerminal({ sessionId: session, command, args: rest });
      const exit = await terminal.waitForExit();
      const { output, truncated } = await terminal.currentOutput();
      await terminal.release();
      if (output.length <= 1000) return { exit, output, truncated };
      const ends = `${output.slice(0, 2)}…${output.slice(-4)}`;
      return { exit, output: ends, length: output.length, truncated };
    });
  },
  runIn: async ({ client, sessionId: session }, cwd: string, command: string) => {
    await noteAnswer(() => client.createTerminal({ sessionId: session, command, cwd }));
  },
  /** Starts a command and neither waits for it nor releases it. */
  leaveRunning: async ({ client, sessionId: session }, command: string, ...rest: string[]) => {
    await client.createTerminal({ sessionId: session, command, args: rest });
  },
  form: async ({ client, sessionId: session }, requestedSchema: Record<string, unknown>) => {
    const params = { mode: 'form', sessionId: session, message: 'Which one?', requestedSchema };
    await noteAnswer(() => client.request('elicitation/create', params));
  },
  garbage: () => void process.stdout.write('oops, printed by mistake\n{"jsonrpc":"2.0"}\nnull\n'),
  unknownAnswer: () => void process.stdout.write('{"jsonrpc":"2.0","id":4711,"result":{}}\n'),
  badRequest: async ({ client }) => {
    await noteAnswer(() =>
      client.request('session/request_permission', { nonsense: true } as never),
    );
  },
  endless: () => void process.stdout.write('x'.repeat(80 * 1024 * 1024)),
  fail: (_place, code: number, message: string, data?: unknown) => {
    throw new RequestError(code, message, data);
  },
  crash: (_place, code: number) => {
    process.stderr.write('everything is lost\n');
    process.exit(code);
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  closeOutput: async () => {
    closeSync(1);
    await delay(1_000_000);
  },
  silence: () => delay(1_000_000, undefined, { signal: cancelled.signal }).catch(() => undefined),
  /** A child of its own group that does not end when it is asked to, and a child of that. */
  child: (_place, pidFile: string) => {
    const code =
      "process.on('SIGTERM',()=>0);" +
      "const c=require('child_process').spawn(process.execPath,['-e'," +
      "\"process.on('SIGTERM',()=>0);setInterval(()=>0,1000)\"],{stdio:'ignore'});" +
      // Under its name only once it is whole.
      `const [f,o]=[require('fs'),${JSON.stringify(pidFile)}];` +
      "f.writeFileSync(o+'.new',process.pid+' '+c.pid);f.renameSync(o+'.new',o);" +
      'setInterval(()=>0,1000)';
    spawn(process.execPath, ['-e', code], { stdio: 'ignore', detached: true });
  },
  waitForFile: async (_place, path: string) => {
    while (!isThere(path) && !cancelled.signal.aborted) await delay(10);
  },
};

async function take([name, ...given]: Step, place: Place): Promise<void> {
  const step = steps[name];
  if (step === undefined) throw new Error(`there is no step ${name}`);
  await step(place, ...(given as never[]));
}

const permissionOptions = [
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' as const },
  { optionId: 'yes-always', name: 'Always', kind: 'allow_always' as const },
  { optionId: 'no', name: 'No', kind: 'reject_once' as const },
];

function ask(
  { client, sessionId: session }: Place,
  call: Readonly<{ toolCallId: string; options: typeof permissionOptions }>,
): Promise<RequestPermissionResponse> {
  const { options, ...toolCall } = call;
  const params = { sessionId: session, toolCall, options };
  return client.request(methods.client.session.requestPermission, params);
}

async function noteAnswer(request: () => Promise<unknown>): Promise<void> {
  answers.push(
    await request().catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    })),
  );
}

function editCall(
  toolCallId: string,
  path: string,
  status: 'pending' | 'in_progress' | 'completed',
  newText = '',
) {
  const oldText = isThere(path) ? readFileSync(path, 'utf8') : null;
  return {
    sessionUpdate: 'tool_call' as const,
    toolCallId,
    title: `Edit ${path.slice(dirname(path).length + 1)}`,
    kind: 'edit' as const,
    status,
    locations: [{ path, line: 1 }],
    content: [{ type: 'diff' as const, path, oldText, newText }],
  };
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function tell(client: AgentContext, update: SessionUpdate, session = sessionId): Promise<void> {
  return client.notify(methods.client.session.update, { sessionId: session, update });
}

function text(words: string): { readonly type: 'text'; readonly text: string } {
  return { type: 'text', text: words };
}
