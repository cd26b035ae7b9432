/**
 * An OpenCode plugin that hands what it is given to a command, as JSON on its standard input:
 * { hook_event_name, tool_name?, input?, output?, event? }. RECORDING_HOOK in the environment is
 * the command as a JSON list. A hook waits for its command: ended with 2, what it wrote on stderr
 * refuses the call; JSON on stdout is laid over the output. Events are told one after another, in
 * the order in which OpenCode sends them, and are all told before it ends.
 */
import { spawn } from 'node:child_process';

const command = JSON.parse(process.env.RECORDING_HOOK ?? '[]');
const toldEvents = /^(session|permission|question|file|todo|message\.updated|server|command)/;

function tell(payload) {
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
  const payload = { hook_event_name: name, tool_name: input?.tool, input, output };
  const { code, stdout, stderr } = await tell(payload);
  if (code === 2) throw new Error(stderr.trim());
  if (stdout !== '') Object.assign(output, JSON.parse(stdout));
}

/** OpenCode calls each exported function once and takes what it returns for its hooks. */
export const RecordingPlugin = async ({ project, directory, worktree, serverUrl }) => {
  const place = { project, directory, worktree, serverUrl };
  let told = tell({ hook_event_name: 'plugin', ...place, pid: process.pid });
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
    event: async ({ event }) => {
      if (!toldEvents.test(event.type)) return;
      const payload = { hook_event_name: event.type, event: structuredClone(event) };
      told = told.then(() => tell(payload));
      await told;
    },
    dispose: async () => {
      await told;
      await tell({ hook_event_name: 'dispose' });
    },
  };
};
