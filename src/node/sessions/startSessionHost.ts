import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import { asTable, asText, fieldsOf } from '../../core/sessions/fieldReaders.ts';
import { parseSessionProblem, SessionError } from '../../core/sessions/sessionError.ts';
import { readSessionId, type SessionId } from '../../core/sessions/sessionId.ts';
import { orZero } from '../activityFolder.ts';
import { makeSessionsFolder, sessionsFolder } from './sessionsFolder.ts';
import { encodeStartRequest, type StartRequest } from './startRequest.ts';

/** With what a host is run. */
export interface HostProgram {
  /** A Node.js, or a program that is one when asked to be, absolute. */
  readonly node: string;
  /** True for VS Code's own program. */
  readonly isElectron?: boolean | undefined;
  /** The built command-line program, absolute. */
  readonly cli: string;
}

export interface StartSessionHostOptions extends StartRequest {
  readonly program: HostProgram;
  /** The environment of the host and of its agent. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

/** Longer than any start takes; preparing an agent looks for programs only. */
const patienceMs = 60_000;
const maxAnswerBytes = 1024 * 1024;
const hostLogName = 'host.log';
const maxLogBytes = 1024 * 1024;

/**
 * Starts a process of its own that hosts the session. It outlives this one.
 * @throws SessionError `invalid-spec`, `engine`
 */
export async function startSessionHost(options: StartSessionHostOptions): Promise<SessionId> {
  const { program, env } = options;
  const folder = sessionsFolder(options.location);
  await makeSessionsFolder(folder).catch((error: unknown) => {
    throw engineError(`nothing can be written into ${folder} (${errorText(error)})`, error);
  });
  const log = openHostLog(folder);
  let host: ChildProcess;
  try {
    host = spawn(program.node, [program.cli, 'session-host'], {
      // Nobody shall be kept from moving or removing the folder of a repository.
      cwd: existsSync(homedir()) ? homedir() : options.location.root,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'pipe', log ?? 'ignore'],
      env: { ...env, ...(program.isElectron === true && { ELECTRON_RUN_AS_NODE: '1' }) },
    });
  } catch (error) {
    throw engineError(`${program.node} cannot be started (${errorText(error)})`, error);
  } finally {
    if (log !== undefined) closeSync(log);
  }
  return answered(host, options);
}

async function answered(
  host: ChildProcess,
  { clock = systemClock, ...request }: StartSessionHostOptions,
): Promise<SessionId> {
  const line = firstLine(host);
  const late = new Promise<never>((_, reject) => {
    const timer = clock.after(patienceMs, () => reject(engineError('its host does not answer')));
    const stop = (): void => timer.dispose();
    line.then(stop, stop);
  });
  // Whether it took all of it shows in what it answers.
  host.stdin?.on('error', () => undefined);
  host.stdin?.end(encodeStartRequest(request));
  try {
    return toSessionId(await Promise.race([line, late]));
  } catch (error) {
    // One that has not said that the session runs shall not run it.
    host.kill();
    throw error;
  } finally {
    // Neither the process nor its pipe keeps this one alive.
    host.stdout?.destroy();
    host.unref();
  }
}

function firstLine(host: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    host.once('error', (error) =>
      reject(engineError(`its host cannot be started (${errorText(error)})`, error)),
    );
    host.stdout?.setEncoding('utf8');
    host.stdout?.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
      else if (text.length > maxAnswerBytes) reject(engineError('its host answers too much'));
    });
    host.stdout?.on('error', () => undefined);
    host.once('close', (code, signal) => {
      const end = signal ?? `exit code ${code ?? 'unknown'}`;
      reject(engineError(`its host ended at once (${end}); see ${hostLogName} of the sessions`));
    });
  });
}

function toSessionId(line: string): SessionId {
  try {
    const answer: unknown = JSON.parse(line);
    const table = asTable(answer, '');
    if (!Object.hasOwn(table, 'error')) return fieldsOf(answer, '')('session_id', readSessionId);
    throw toSessionError(table.error);
  } catch (error) {
    if (error instanceof SessionError) throw error;
    throw engineError(`its host answers something else (${errorText(error)})`, error);
  }
}

/** The problem itself where the host has one, else its message. */
function toSessionError(value: unknown): SessionError {
  const at = fieldsOf(value, 'error');
  const message = at('message', asText);
  try {
    return new SessionError(parseSessionProblem(at('problem', asTable)));
  } catch {
    return engineError(message);
  }
}

function engineError(reason: string, cause?: unknown): SessionError {
  return new SessionError({ code: 'engine', reason }, { cause });
}

/** What hosts complain of, begun anew when it is long. Undefined where that cannot be. */
function openHostLog(folder: string): number | undefined {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const flags = O_WRONLY | O_APPEND | O_CREAT | orZero(O_NOFOLLOW) | orZero(O_NONBLOCK);
  let fd: number | undefined;
  try {
    fd = openSync(join(folder, hostLogName), flags, 0o600);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > maxLogBytes) ftruncateSync(fd);
    return fd;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}
