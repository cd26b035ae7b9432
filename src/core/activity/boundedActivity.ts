import {
  maxActivityPaths,
  maxActivityReasonLength,
  type ActivityEvent,
  type ActivityParty,
} from './activityEvent.ts';
import { shortened, utf8Length } from './utf8.ts';

const maxNameLength = 200;
const maxWordLength = 64;
const maxIdLength = 128;
const maxThreadLength = 1024;
const maxPathLength = 4096;
const maxTokens = 50;

/** The event with every list and text within its own limit. */
export function bounded(event: ActivityEvent): ActivityEvent {
  const { actor, other, otherKind, thread, tokens, reason, cause } = event;
  return {
    ...event,
    ...withPaths(
      event,
      event.paths.slice(0, maxActivityPaths).map((path) => shortened(path, maxPathLength)),
    ),
    actor: boundedParty(actor),
    other: other && boundedParty(other),
    otherKind: otherKind && shortened(otherKind, maxWordLength),
    thread: thread && shortened(thread, maxThreadLength),
    tokens: tokens?.slice(0, maxTokens),
    reason: reason && shortened(reason, maxActivityReasonLength),
    cause: cause && shortened(cause, maxWordLength),
  };
}

/**
 * The event with less in it, as it is too long by some bytes: fewer paths while there are several, else
 * a shorter longest text. Asked again and again it comes below any length that an honest log allows.
 */
export function withLess(event: ActivityEvent, excessBytes: number): ActivityEvent {
  if (event.paths.length > 1) return withFewerPaths(event, excessBytes);
  const { text, replace } = longestText(event);
  const bytes = utf8Length(JSON.stringify(text));
  // At most by half, because what is cut off may be what took few bytes.
  const kept = Math.max(0.5, (bytes - excessBytes) / bytes);
  const length = Math.min(text.length - 1, Math.floor(text.length * kept));
  return replace(shortened(text, Math.max(1, length)));
}

function withFewerPaths(event: ActivityEvent, excessBytes: number): ActivityEvent {
  let count = event.paths.length;
  for (let freed = 0; freed < excessBytes && count > 1; count -= 1) {
    freed += utf8Length(JSON.stringify(event.paths[count - 1])) + 1;
  }
  return { ...event, ...withPaths(event, event.paths.slice(0, count)) };
}

/** How many there were is told when not all are listed. */
function withPaths(
  event: ActivityEvent,
  paths: readonly string[],
): Pick<ActivityEvent, 'paths' | 'pathCount'> {
  const count = Math.max(event.pathCount ?? 0, event.paths.length);
  return { paths, pathCount: count > paths.length ? count : undefined };
}

function boundedParty(party: ActivityParty): ActivityParty {
  return {
    ...party,
    sessionId: party.sessionId && shortened(party.sessionId, maxIdLength),
    name: shortened(party.name, maxNameLength),
  };
}

interface TextOfEvent {
  readonly text: string;
  readonly replace: (text: string) => ActivityEvent;
}

function longestText(event: ActivityEvent): TextOfEvent {
  const { actor, other, paths } = event;
  const texts: readonly TextOfEvent[] = [
    { text: paths[0] ?? '', replace: (path) => ({ ...event, paths: [path] }) },
    { text: event.reason ?? '', replace: (reason) => ({ ...event, reason }) },
    { text: event.thread ?? '', replace: (thread) => ({ ...event, thread }) },
    { text: actor.name, replace: (name) => ({ ...event, actor: { ...actor, name } }) },
    {
      text: other?.name ?? '',
      replace: (name) => ({ ...event, other: other && { ...other, name } }),
    },
  ];
  return texts.reduce((longest, each) =>
    utf8Length(JSON.stringify(each.text)) > utf8Length(JSON.stringify(longest.text))
      ? each
      : longest,
  );
}
