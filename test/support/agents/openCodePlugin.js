/**
 * An OpenCode plugin that writes down what it is given, one JSON line a call, into the file that
 * RECORDING_FILE names: { hook_event_name, tool_name?, input?, output?, event? }. A hook is also
 * handed to a command, RECORDING_HOOK as a JSON list: ended with 2, what it wrote on stderr refuses
 * the call; JSON on stdout is laid over the output.
 */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const command = JSON.parse(process.env.RECORDING_HOOK ?? '[]');

function record(call) {
  const file = process.env.RECORDING_FILE;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(call)}\n`);
}

function answerOf(payload) {
  const [program, ...args] = command;
  if (program === undefined) return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', (error) => resolve({ code: 1, stdout, stderr: String(error) }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(payload));
  });
}

async function ask(name, input, output) {
  const call = { hook_event_name: name, tool_name: input?.tool, input, output };
  record(call);
  const { code, stdout, stderr } = await answerOf(call);
  if (code === 2) throw new Error(stderr.trim());
  if (stdout !== '') Object.assign(output, JSON.parse(stdout));
}

/** OpenCode calls each exported function once for each folder and takes its result for its hooks. */
export const RecordingPlugin = async ({ project, directory, worktree, serverUrl }) => {
  record({ hook_event_name: 'plugin', input: { project, directory, worktree, serverUrl } });
  const hooks = [
    'chat.message',
    'command.execute.before',
    'permission.ask',
    'shell.env',
    'tool.execute.before',
    'tool.execute.after',
  ];
  return {
    ...Object.fromEntries(hooks.map((name) => [name, (input, output) => ask(name, input, output)])),
    event: async ({ event }) => record({ hook_event_name: event.type, event }),
    dispose: async () => record({ hook_event_name: 'dispose' }),
  };
};
