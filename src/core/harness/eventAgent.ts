import { errorCode } from '../../base/errorText.ts';
import { RegistryError } from '../agents/registryError.ts';
import type { HarnessAction, HarnessEvent } from './harnessEvent.ts';
import type { HookPorts } from './hookPorts.ts';
import type { SessionHeader } from './sessionLine.ts';
import type { SessionAgent } from './sessionAgent.ts';

/** What names the agent of an event in the lines of its record. */
export function byOf({ childKey }: HarnessEvent): { readonly child?: string } {
  return childKey === undefined ? {} : { child: childKey };
}

/** What only an agent does that has something before it. The rest may come late, after its end. */
const beginnings: readonly HarnessAction['kind'][] = [
  'session-started',
  'prompt',
  'tool-starting',
  'child-started',
  'files-edited',
];
/** What needs no beginning when nothing is known of the agent. */
const ends: readonly HarnessAction['kind'][] = ['turn-ended', 'child-ended', 'usage'];

/** True for an event that is of no consequence: an end without a beginning, or what follows an end. */
export function isBelated(event: HarnessEvent, { record }: Pick<HookPorts, 'record'>): boolean {
  const { kind } = event.action;
  if (beginnings.includes(kind)) return false;
  const known = knownHeader(event, record) && record.state;
  if (known === undefined) return ends.includes(kind);
  if (known.isEnded) return true;
  if (event.childKey === undefined) return false;
  const child = known.agents.get(event.childKey);
  return child === undefined ? ends.includes(kind) : child.phase === 'ended';
}

/** The agent of the event, registered if it is not. */
export async function agentOf(event: HarnessEvent, ports: HookPorts): Promise<SessionAgent> {
  const { record, agents } = ports;
  const header = await headerOf(event, ports);
  const { childKey } = event;
  if (childKey === undefined) return expectAgent(record.state?.agents.get(''));

  const child = record.state?.agents.get(childKey);
  const isKnown = child !== undefined && child.phase !== 'ended';
  if (!isKnown || (mayRenew(event) && !agents.isListed(child.entryId))) {
    await registerChild(event, { header, known: child?.entryId }, ports);
  }
  return expectAgent(record.state?.agents.get(childKey));
}

/** The agent of the event after it lost its entry or the process with which that was registered. */
export async function renewedAgent(event: HarnessEvent, ports: HookPorts): Promise<SessionAgent> {
  const { record } = ports;
  const header = await register(event, ports);
  const { childKey = '' } = event;
  if (childKey !== '') {
    const known = record.state?.agents.get(childKey)?.entryId;
    await registerChild(event, { header, known }, ports);
  }
  return expectAgent(record.state?.agents.get(childKey));
}

function mayRenew({ action }: HarnessEvent): boolean {
  return beginnings.includes(action.kind);
}

/** A record whose name two sessions share tells only of the last of them. */
function knownHeader(
  { sessionKey }: HarnessEvent,
  { state }: HookPorts['record'],
): SessionHeader | undefined {
  return state?.header.sessionKey === sessionKey ? state?.header : undefined;
}

async function headerOf(event: HarnessEvent, ports: HookPorts): Promise<SessionHeader> {
  const { record, agents, clock } = ports;
  const known = knownHeader(event, record);
  const isNew = event.action.kind === 'session-started' && event.childKey === undefined;
  if (known === undefined || isNew || record.state?.isEnded === true) return register(event, ports);
  if (mayRenew(event) && !agents.isListed(known.entryId)) return register(event, ports);
  if (!hasMoved(event, known)) return known;
  const moved: SessionHeader = {
    ...known,
    atMs: clock.now(),
    model: event.model ?? known.model,
    transcriptPath: event.transcriptPath ?? known.transcriptPath,
  };
  record.append(moved);
  return moved;
}

async function register(event: HarnessEvent, ports: HookPorts): Promise<SessionHeader> {
  const { record, agents } = ports;
  const known = knownHeader(event, record);
  try {
    const header = await agents.register(ofSession(event), known);
    record.append(header);
    return header;
  } catch (error) {
    if (errorCode(error) !== 'lock-timeout') throw error;
    // Of parallel hooks one is enough.
    record.reread();
    const told = knownHeader(event, record);
    if (told === undefined || told === known || !agents.isListed(told.entryId)) throw error;
    return told;
  }
}

/** What a child's event says of the child is not true of its session. */
function ofSession(event: HarnessEvent): HarnessEvent {
  if (event.childKey === undefined) return event;
  return {
    ...event,
    childKey: undefined,
    childType: undefined,
    transcriptPath: undefined,
    model: undefined,
  };
}

async function registerChild(
  event: HarnessEvent & { readonly childKey?: string | undefined },
  { header, known }: { readonly header: SessionHeader; readonly known: string | undefined },
  { record, agents, clock }: HookPorts,
): Promise<void> {
  const { childKey: child = '', childType, transcriptPath } = event;
  const entryId = await agents.registerChild(event, { parent: header, known });
  record.append({ kind: 'child', atMs: clock.now(), child, entryId, childType, transcriptPath });
}

function hasMoved(event: HarnessEvent, header: SessionHeader): boolean {
  if (event.childKey !== undefined) return false;
  const { model, transcriptPath } = event;
  return (
    (model !== undefined && model !== header.model) ||
    (transcriptPath !== undefined && transcriptPath !== header.transcriptPath)
  );
}

function expectAgent(agent: SessionAgent | undefined): SessionAgent {
  if (agent !== undefined) return agent;
  throw new RegistryError(
    'io',
    'The record of the session cannot be read. Run "heddle-agents doctor".',
  );
}
