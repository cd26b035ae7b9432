import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errorText.ts';
import type { Logger } from '../base/logger.ts';
import { defaultPermissionPolicy } from '../core/acp/permissionPolicy.ts';
import { present } from '../core/sessions/fieldReaders.ts';
import { SessionError } from '../core/sessions/sessionError.ts';
import type { SessionId } from '../core/sessions/sessionId.ts';
import { SessionRegistry } from '../core/sessions/sessionRegistry.ts';
import { createProcessProbe } from '../node/processProbe.ts';
import { AttachedEditors } from '../node/sessions/attachedEditors.ts';
import { ownEndpointPlace } from '../node/sessions/endpointFolder.ts';
import { removeHostAddress, writeHostAddress } from '../node/sessions/hostAddressFile.ts';
import {
  openHostEndpoint,
  removeDeadSockets,
  type HostEndpoint,
} from '../node/sessions/hostEndpoint.ts';
import { recordHost } from '../node/sessions/hostLiveness.ts';
import { JsonlSessionStore } from '../node/sessions/jsonlSessionStore.ts';
import { sweepSessions } from '../node/sessions/sessionHistory.ts';
import { makeSessionsFolder, sessionsFolder } from '../node/sessions/sessionsFolder.ts';
import { parseStartRequest, type StartRequest } from '../node/sessions/startRequest.ts';
import type { CreateExecutor } from './hostExecutor.ts';
import { notNeededAnyMore } from './lastingWhileNeeded.ts';

export interface SessionHostPorts {
  readonly createExecutor: CreateExecutor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when this process is asked to end. */
  readonly shutdown: AbortSignal;
  /** Told once that the session runs, or why it does not. */
  answer(line: string): void;
}

/**
 * Hosts one session: starts it, says so, serves it to whoever attaches, and resolves when it has ended,
 * is written down and is needed no more. Resolves to the exit code.
 */
export async function runSessionHost(input: string, ports: SessionHostPorts): Promise<number> {
  let hosted: Hosted;
  try {
    hosted = await start(parseRequest(input), ports);
  } catch (error) {
    ports.answer(JSON.stringify({ error: toAnswer(error) }));
    return 1;
  }
  ports.answer(JSON.stringify({ session_id: hosted.sessionId }));
  await serve(hosted, ports);
  return 0;
}

interface Hosted {
  readonly request: StartRequest;
  readonly folder: string;
  readonly sessionId: SessionId;
  readonly registry: SessionRegistry;
  readonly store: JsonlSessionStore;
  readonly endpoint: HostEndpoint;
}

async function start(request: StartRequest, ports: SessionHostPorts): Promise<Hosted> {
  const { createExecutor, clock, logger, env } = ports;
  const { location, agent, spec, policy = defaultPermissionPolicy } = request;
  const folder = sessionsFolder(location);
  const probe = createProcessProbe();
  const host = await recordHost(probe, clock.now());
  await makeSessionsFolder(folder);
  const endpoint = await openHostEndpoint(ownEndpointPlace(env));
  try {
    const editors = new AttachedEditors(clock);
    if (request.expectsEditor === true) editors.expectOne();
    const store = new JsonlSessionStore(folder);
    const executor = createExecutor({
      ...{ location, agent, env, policy, probe, clock, logger },
      ...{ editors, archive: store },
    });
    const registry = new SessionRegistry({
      ...{ store, executor, clock, logger, host },
      random: randomBytes,
    });
    const sessionId = await registry.spawn(spec);
    const token = randomBytes(32).toString('hex');
    const recorded = () => store.flush();
    endpoint.serve({ registry, sessionId, token, editors, clock, recorded });
    try {
      await store.flush();
      if ((await store.header(sessionId)) === undefined) {
        throw new Error(`nothing can be written into ${folder}`);
      }
      await writeHostAddress(folder, sessionId, { endpoint: endpoint.path, token, process: host });
    } catch (error) {
      // Nobody could ever watch or stop it.
      registry.cancel(sessionId, { code: 'internal', requestedAtMs: clock.now() });
      await registry.awaitWoundUp(sessionId);
      throw error;
    }
    return { request, folder, sessionId, registry, store, endpoint };
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}

async function serve(hosted: Hosted, ports: SessionHostPorts): Promise<void> {
  const { sessionId, registry, store, endpoint, folder } = hosted;
  const { clock, shutdown } = ports;
  const cancel = (): void =>
    registry.cancel(sessionId, { code: 'system-shutdown', requestedAtMs: clock.now() });
  shutdown.addEventListener('abort', cancel, { once: true });
  if (shutdown.aborted) cancel();
  clock.after(tidyAfterMs, () => void tidy(hosted, ports));
  await registry.awaitTerminal(sessionId);
  await Promise.race([registry.awaitWoundUp(sessionId), elapsed(clock, windingUpMs)]);
  await store.flush();
  await Promise.race([notNeededAnyMore(endpoint, clock), aborted(shutdown)]);
  await removeHostAddress(folder, sessionId);
  await endpoint.close();
}

/** An agent that starts at the same time does not wait for it. */
const tidyAfterMs = 3_000;

/** What others left behind, and what is older than it is kept. Never rejects. */
async function tidy({ endpoint, folder, request }: Hosted, ports: SessionHostPorts): Promise<void> {
  try {
    await removeDeadSockets(endpoint);
    const { keep } = request;
    const nowMs = ports.clock.now();
    const options = present({ probe: createProcessProbe(), nowMs, keep });
    const { failed, problems } = await sweepSessions(folder, options);
    for (const problem of problems) ports.logger.warn(problem);
    for (const { problem } of failed) ports.logger.warn('An old session stays:', problem);
  } catch (error) {
    ports.logger.warn('Old sessions could not be looked at:', error);
  }
}

/** What an agent may take to be gone after its session has ended. */
const windingUpMs = 120_000;

function elapsed(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function parseRequest(input: string): StartRequest {
  try {
    return parseStartRequest(input);
  } catch (error) {
    const reason = errorText(error).replace(/\.$/, '');
    throw new SessionError({ code: 'invalid-spec', reason }, { cause: error });
  }
}

function toAnswer(error: unknown): object {
  const known =
    error instanceof SessionError
      ? error
      : new SessionError({ code: 'engine', reason: errorText(error) });
  return { code: known.code, message: known.message, problem: known.problem };
}
