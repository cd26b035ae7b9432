import { formatTimestamp } from '../../core/agents/timestamp.ts';
import { toPlainLine } from '../plainText.ts';
import { callerToJson, expectCaller } from './callerWords.ts';
import { expectOwnEntry } from './ownEntry.ts';
import { maxPathLength, maxWordLength } from './toolBounds.ts';
import type { ToolAnswer, ToolCall } from './toolCall.ts';
import { ToolInput } from './toolInput.ts';

/** Notes in the caller's entry that it looked at the context of a path. */
export async function logContextQueryAnswer({
  world,
  caller,
  input,
}: ToolCall): Promise<ToolAnswer> {
  const read = new ToolInput(input, ['path', 'scope']);
  const path = world.toLockPath(read.requiredText('path', maxPathLength));
  const scope = read.text('scope', maxWordLength);
  const by = expectCaller(caller);
  const { sessionId } = await expectOwnEntry(world, by);
  const queriedAt = formatTimestamp(world.clock.now());
  await world.agents.logContextQuery(sessionId, { path, scope, queriedAt, unknownFields: {} });
  return {
    text: `Noted that you looked at the context of ${toPlainLine(path)}.`,
    data: { path, scope: scope ?? null, session_id: sessionId, caller: callerToJson(by) },
  };
}
