/**
 * A hook command that writes down how it was called, one JSON line a call, and may answer.
 * node hookRecorder.cjs <calls.jsonl> [<answers.json>] [anything that tells calls apart]
 *
 * The answers are a list of { event, tool?, agent?, times?, stdout?, stderr?, exit?, delayMs?, envFile? },
 * of which the first that fits is given; `agent: false` fits calls outside of subagents only.
 */
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');

const startedAt = Date.now();
const [, , callsFile, answersFile] = process.argv;

const interesting =
  /^(CLAUDE|ANTHROPIC|AI_AGENT|HEDDLE|GEMINI|CODEX|OPENCODE|MCP|HOME$|PWD$|SHLVL$)/;

function chosenEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => interesting.test(name));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** From the parent upwards: process id, short name, arguments and, on Linux, the program file. */
function ancestors() {
  const chain = [];
  for (let pid = process.ppid; pid > 1 && chain.length < 20;) {
    const fields = psFields(pid);
    if (fields === undefined) break;
    chain.push({ pid, comm: fields.comm, args: fields.args, exe: programOf(pid) });
    pid = fields.ppid;
  }
  return chain;
}

function psFields(pid) {
  try {
    const ask = (field) =>
      execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
    return { ppid: Number(ask('ppid')), comm: ask('comm'), args: ask('args') };
  } catch {
    return undefined; // it ended meanwhile
  }
}

function programOf(pid) {
  try {
    return fs.readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function timesCalled(event) {
  if (!fs.existsSync(callsFile)) return 0;
  const lines = fs.readFileSync(callsFile, 'utf8').trim().split('\n');
  return lines.filter((line) => JSON.parse(JSON.parse(line).stdin).hook_event_name === event)
    .length;
}

function answerFor(payload) {
  if (!answersFile || !fs.existsSync(answersFile)) return {};
  const answers = JSON.parse(fs.readFileSync(answersFile, 'utf8'));
  const fits = (answer) =>
    answer.event === payload.hook_event_name &&
    (answer.tool === undefined || answer.tool === payload.tool_name) &&
    (answer.agent === undefined || answer.agent === (payload.agent_id !== undefined)) &&
    (answer.times === undefined || timesCalled(payload.hook_event_name) < answer.times);
  return answers.find(fits) ?? {};
}

function record(stdin, endedAt) {
  const call = {
    startedAt,
    endedAt,
    argv: process.argv.slice(2),
    pid: process.pid,
    cwd: process.cwd(),
    env: chosenEnvironment(),
    ancestors: ancestors(),
    stdin,
  };
  fs.appendFileSync(callsFile, `${JSON.stringify(call)}\n`);
}

const stdin = fs.readFileSync(0, 'utf8');
const answer = answerFor(JSON.parse(stdin));
record(stdin, Date.now() + (answer.delayMs ?? 0));
setTimeout(() => {
  if (answer.envFile !== undefined && process.env.CLAUDE_ENV_FILE) {
    fs.appendFileSync(process.env.CLAUDE_ENV_FILE, answer.envFile);
  }
  if (answer.stderr !== undefined) process.stderr.write(answer.stderr);
  if (answer.stdout !== undefined) process.stdout.write(answer.stdout);
  process.exitCode = answer.exit ?? 0;
}, answer.delayMs ?? 0);
