import { connect, type Socket } from 'node:net';
import { systemClock, type Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errorText.ts';
import type { EditorPort } from '../../core/acp/editorPort.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import { AttachedSession } from './attachedSession.ts';
import { endpointProblem, ownEndpointPlace, type EndpointPlace } from './endpointFolder.ts';
import { readHostAddress } from './hostAddressFile.ts';
import { HostError, isHostError } from './hostErrors.ts';
import type { HostClientInfo } from './hostProtocol.ts';

export interface AttachOptions {
  readonly sessionId: SessionId;
  readonly client: HostClientInfo;
  /** The files that are open here, where that is an editor. */
  readonly editor?: EditorPort | undefined;
  readonly place?: EndpointPlace | undefined;
  readonly clock?: Pick<Clock, 'after'> | undefined;
}

const patienceMs = 10_000;

/**
 * Connects to the host of a session that goes on, or that ended just now.
 * @param folder the absolute path of `.heddle/sessions`
 * @throws HostError `unreachable`, `refused`
 */
export async function attachToSession(
  folder: string,
  { sessionId, client, editor, place = ownEndpointPlace(), clock = systemClock }: AttachOptions,
): Promise<AttachedSession> {
  const address = await readHostAddress(folder, sessionId);
  if (address === undefined) {
    throw new HostError('unreachable', `The session ${sessionId} has no host that runs.`);
  }
  const problem = endpointProblem(address.endpoint, place);
  if (problem !== undefined) {
    throw new HostError('unreachable', `The host of ${sessionId} cannot be reached: ${problem}`);
  }
  const socket = await connected(address.endpoint, clock);
  const attached = new AttachedSession(socket, { editor, clock });
  const hello = { token: address.token, client, hasEditor: editor !== undefined };
  const timer = clock.after(patienceMs, () => attached.dispose());
  try {
    await attached.hello(hello);
    return attached;
  } catch (error) {
    attached.dispose();
    // One that goes away says nothing; one that does not let us in says why.
    if (isHostError(error, 'lost')) {
      throw new HostError('unreachable', `The host of ${sessionId} went away.`, { cause: error });
    }
    const message = `The host of ${sessionId} does not let us in: ${errorText(error)}`;
    throw new HostError('refused', message, { cause: error });
  } finally {
    timer.dispose();
  }
}

function connected(endpoint: string, clock: Pick<Clock, 'after'>): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    const fail = (cause: unknown): void => {
      timer.dispose();
      socket.destroy();
      const message = `The host of the session does not answer (${errorText(cause)}).`;
      reject(new HostError('unreachable', message, { cause }));
    };
    const timer = clock.after(patienceMs, () => fail(new Error('no connection in time')));
    socket.once('error', fail);
    socket.once('connect', () => {
      timer.dispose();
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
