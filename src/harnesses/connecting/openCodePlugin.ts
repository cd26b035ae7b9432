/** How every version of the plugin begins; by it the file is known to be ours. */
export const openCodePluginMark = '// Heddle Agents: plugin for OpenCode.';

/**
 * The plugin, which runs inside OpenCode: it hands events to the hook in the form that the dialect of
 * OpenCode describes. Only a call of a tool waits for an answer. Whatever goes wrong in it, OpenCode
 * goes on; only `refuse` stops a call.
 */
export const openCodePlugin = `${openCodePluginMark} "heddle-agents connect opencode" writes it.
// It tells Heddle Agents what this agent does, and refuses edits of files that another agent holds.
// Without Heddle Agents on this machine it does nothing. "heddle-agents disconnect opencode" removes it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const isWindows = process.platform === 'win32';
const launcher = join(homedir(), '.heddle-agents', 'bin', isWindows ? 'heddle-agents.cmd' : 'heddle-agents');
const timeoutMs = 10000;
const maxWaiting = 200;
const maxAnswerLength = 1000000;
const bulkyArguments = ['content', 'oldString', 'newString'];

/** Runs the hook with one event. Resolves to its answer, or to {} when there is none. Never rejects. */
function ask(payload) {
  return new Promise((resolve) => {
    if (!existsSync(launcher)) return resolve({});
    let answer = '';
    const child = spawn(isWindows ? '"' + launcher + '"' : launcher, ['hook', 'opencode'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      shell: isWindows,
      windowsHide: true,
    });
    const timer = setTimeout(() => end(true), timeoutMs);
    const end = (isLate) => {
      clearTimeout(timer);
      if (isLate) child.kill();
      resolve(isLate ? {} : parse(answer));
    };
    child.on('error', () => end(true));
    child.on('close', () => end(false));
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text) => {
      if (answer.length < maxAnswerLength) answer += text;
    });
    child.stdin.end(JSON.stringify(payload));
  }).catch(() => ({}));
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

export const HeddleAgents = async ({ directory }) => {
  /** What is known of each session: its parent, kind of agent, model, usage, and id in the registry. */
  const sessions = new Map();
  let waiting = 0;
  let last = Promise.resolve();

  const known = (id) => {
    if (!sessions.has(id)) sessions.set(id, { messages: new Map() });
    return sessions.get(id);
  };
  const payloadOf = (event, sessionID, more) => {
    const session = sessionID === undefined ? {} : known(sessionID);
    session.isTold = true;
    const { parentID, agent, model } = session;
    return { harness: 'opencode', event, cwd: directory, sessionID, parentID, agent, model, ...more };
  };
  const send = async (payload) => {
    const answer = await ask(payload);
    const session = sessions.get(payload.sessionID);
    if (typeof answer.session === 'string' && session) session.registryId = answer.session;
    return answer;
  };
  /** One after the other and behind the agent's back; beyond a bound they are dropped. */
  const tell = (event, sessionID, more) => {
    if (waiting >= maxWaiting) return;
    waiting += 1;
    const payload = payloadOf(event, sessionID, more);
    last = last
      .then(() => send(payload))
      .catch(() => undefined)
      .then(() => {
        waiting -= 1;
      });
  };
  const learn = (info) => {
    if (!info || typeof info.id !== 'string') return;
    const session = known(info.id);
    if (typeof info.parentID === 'string') session.parentID = info.parentID;
    if (typeof info.agent === 'string') session.agent = info.agent;
  };

  /** The figures of an answer that is complete, added to those of the others of its session. */
  const count = (info) => {
    if (!info || info.role !== 'assistant' || !info.sessionID || !info.tokens) return;
    const session = known(info.sessionID);
    session.model = { providerID: info.providerID, modelID: info.modelID };
    if (typeof info.mode === 'string') session.agent = info.mode;
    if (!info.time || !info.time.completed) return;
    const { input = 0, output = 0, reasoning = 0, cache = {} } = info.tokens;
    const read = cache.read || 0;
    const write = cache.write || 0;
    session.messages.set(info.id, [input, output, reasoning, read, write, info.cost || 0]);
    const totals = [0, 0, 0, 0, 0, 0];
    for (const figures of session.messages.values()) {
      figures.forEach((figure, i) => (totals[i] += figure));
    }
    const key = totals.join();
    if (session.told === key) return;
    session.told = key;
    const [inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens, costUsd] = totals;
    const contextTokens = input + output + read + write;
    const usage = { inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens, costUsd, contextTokens };
    tell('usage', info.sessionID, { usage });
  };

  const heard = ({ type, properties = {} }) => {
    const { info, status } = properties;
    const id = properties.sessionID || (info && (info.sessionID || info.id));
    switch (type) {
      case 'session.created':
        learn(info);
        return tell(type, id);
      case 'session.updated':
        return learn(info);
      case 'session.deleted':
        learn(info);
        tell(type, id);
        return sessions.delete(id);
      case 'session.idle':
      case 'session.error':
        return tell(type, id);
      case 'session.status':
        if (status && status.type !== 'busy') tell(type, id, { status: status.type });
        return;
      case 'file.edited':
        // Without a session it is nobody's, and the call of the tool tells it anyway.
        if (id) tell(type, id, { file: properties.file });
        return;
      case 'message.updated':
        return count(info);
      case 'permission.asked':
      case 'permission.updated':
        return tell(type, id, { text: properties.title || properties.permission });
      case 'question.asked':
        return tell(type, id, { text: properties.questions && properties.questions[0] && properties.questions[0].question });
      case 'permission.replied':
      case 'question.replied':
        return tell(type, id);
    }
  };

  return {
    event: async ({ event }) => {
      try {
        heard(event);
      } catch {
        // OpenCode must not suffer from what it tells in a new form.
      }
    },
    'chat.message': async (input, output) => {
      try {
        const session = known(input.sessionID);
        // Where the person has chosen none, only the message tells which model is asked.
        const message = (output && output.message) || {};
        const agent = input.agent || message.agent;
        const model = input.model || message.model;
        if (typeof agent === 'string') session.agent = agent;
        if (model) session.model = { providerID: model.providerID, modelID: model.modelID };
        tell('chat.message', input.sessionID);
      } catch {
        // As above.
      }
    },
    'tool.execute.before': async ({ tool, sessionID, callID }, output) => {
      let refusal;
      try {
        const args = { ...(output && output.args) };
        for (const name of bulkyArguments) delete args[name];
        const { refuse } = await send(payloadOf('tool.execute.before', sessionID, { tool, callID, args }));
        if (typeof refuse === 'string' && refuse !== '') refusal = refuse;
      } catch {
        // As above: our faults let the call through.
      }
      if (refusal !== undefined) throw new Error(refusal);
    },
    'tool.execute.after': async ({ tool, sessionID, callID, args }) => {
      try {
        const rest = { ...args };
        for (const name of bulkyArguments) delete rest[name];
        tell('tool.execute.after', sessionID, { tool, callID, args: rest });
      } catch {
        // As above.
      }
    },
    'shell.env': async (input, output) => {
      const session = input && input.sessionID && sessions.get(input.sessionID);
      if (session && session.registryId && output && output.env) {
        output.env.HEDDLE_AGENTS_SESSION = session.registryId;
      }
    },
    /** Called when OpenCode is done here. It waits, else what is still to be told would be lost. */
    dispose: async () => {
      for (const [id, { isTold }] of sessions) if (isTold) tell('dispose', id);
      await last;
    },
  };
};
`;
