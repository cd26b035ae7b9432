import type { BrokenSession } from '../../node/sessions/sessionHeaderFile.ts';
import { SessionIndex } from '../../node/sessions/sessionIndex.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { digestFold } from '../../presentation/sessions/sessionDigest.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { noRegistryHint } from '../registryAccess.ts';
import { openSessions } from '../sessionAccess.ts';
import { sessionTable } from '../sessionLines.ts';
import type { VerbContext } from '../verbContext.ts';

/** Shows the sessions, the newest first, and says which cannot be read. */
export async function sessionList(context: VerbContext): Promise<ExitCode> {
  const { output, host } = context;
  const { folder, probe, location } = openSessions(context);
  const { sessions, broken } = await new SessionIndex(folder, {
    ...{ probe, fold: digestFold },
    // Of a long log that has ended, its head and its tail say what a list shows.
    isBrief: true,
  }).list();
  output.result(
    () => ({ sessions: sessions.map(({ record, digest }) => sessionToJson(record, digest)) }),
    () => sessionTable(sessions, host.clock.now()),
  );
  output.notes(broken.map(brokenLine));
  if (!output.isJson && sessions.length + broken.length === 0) {
    const hint = 'No sessions yet. "heddle-agents session start" starts one.';
    output.notes([location.isPresent ? hint : noRegistryHint(location)]);
  }
  return exitCodes.done;
}

function brokenLine({ path, problem }: BrokenSession): string {
  return `Unreadable: ${toPlainLine(path, 300)}: ${toPlainLine(problem, 500)}`;
}
