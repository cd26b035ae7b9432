import { localTime } from '../../duration.ts';
import type { Translate } from '../../agentWording.ts';
import { toPlainLine } from '../../plainText.ts';
import type { TooltipPart } from '../../treeRow.ts';
import { planText } from '../planProgress.ts';
import { endedAtMs } from '../sessionJson.ts';
import { stepText } from '../sessionStep.ts';
import { sessionContextText, sessionUsageText } from '../sessionUsage.ts';
import { endSentence, sessionWord, sessionWordText } from '../sessionWords.ts';
import { runOf, sessionName, type ListedSession } from './listedSession.ts';

const maxPromptLength = 400;
const maxPathLength = 300;

/** Everything about a session that its row has no room for. */
export function sessionTooltip(
  session: ListedSession,
  { t, nameOf }: { readonly t: Translate; readonly nameOf: (agent: string) => string },
): readonly TooltipPart[] {
  const { record, digest } = session;
  const { sessionId, createdAtMs } = record.header;
  const run = runOf(session);
  const endMs = endedAtMs(record.state);
  const fields: readonly (readonly [string, string | undefined])[] = [
    [t('Agent'), run && toPlainLine(nameOf(run.agent), 60)],
    [t('State'), sessionWordText(sessionWord(record.state, digest.cancelReason), t)],
    [t('Plan'), digest.plan && planText(digest.plan, t)],
    [t('Tool calls'), digest.toolCalls === 0 ? undefined : String(digest.toolCalls)],
    [t('Used'), sessionUsageText(digest.usage, t)],
    [t('Context'), sessionContextText(digest.usage, t)],
    [t('Folder'), run && toPlainLine(run.cwd, maxPathLength)],
    [t('Started'), localTime(createdAtMs)],
    [t('Ended'), endMs === undefined ? undefined : localTime(endMs)],
    [t('Session'), sessionId],
  ];
  return [
    { kind: 'title', text: sessionName(session, t) },
    { kind: 'text', text: endSentence(record.state, t) ?? stepText(record, digest, t) },
    { kind: 'text', text: toPlainLine(run?.prompt ?? '', maxPromptLength) },
    ...fields.flatMap(([label, value]): readonly TooltipPart[] =>
      value === undefined ? [] : [{ kind: 'field', label, value }],
    ),
  ];
}
