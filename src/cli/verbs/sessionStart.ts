import { statSync } from 'node:fs';
import { present } from '../../core/sessions/fieldReaders.ts';
import type { SessionId } from '../../core/sessions/sessionId.ts';
import type { RunSpec } from '../../core/sessions/sessionSpec.ts';
import { startSessionHost } from '../../node/sessions/startSessionHost.ts';
import { sessionToJson } from '../../presentation/sessions/sessionJson.ts';
import type { Transcript } from '../../presentation/sessions/transcript.ts';
import { workingFolder } from '../agentFlags.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { programName } from '../output.ts';
import { openForAdding } from '../registryAccess.ts';
import {
  openSessions,
  readSession,
  reportingProblems,
  type OpenSessions,
} from '../sessionAccess.ts';
import { expectAgent } from '../sessionAgents.ts';
import { hostProgram, parentOf, policyOf, type AllowFlags } from '../sessionHosting.ts';
import { readPrompt, type PromptFlags } from '../sessionPrompt.ts';
import { stayWithSession } from '../stayWithSession.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface StartFlags extends PromptFlags, AllowFlags {
  readonly agent?: string;
  readonly cwd?: string;
  readonly resume?: string;
  readonly detach?: boolean;
}

/** Starts an agent with a prompt, and stays with it to its end unless it is to be left alone. */
export async function sessionStart(context: VerbContext, flags: StartFlags): Promise<ExitCode> {
  return reportingProblems(context, async () => {
    const prompt = await readPrompt(context, flags);
    const { location } = await openForAdding(context);
    const open = openSessions(context);
    const former = flags.resume === undefined ? undefined : await readSession(open, flags.resume);
    const agent = expectAgent(context, flags.agent ?? specOf(former)?.agent);
    const spec: RunSpec = present({
      kind: 'run',
      agent: agent.id,
      prompt,
      cwd: folderOf(context, flags, former),
      parent: parentOf(context, open.location),
      resumes: former && { sessionId: former.record.header.sessionId },
    });
    const sessionId = await startSessionHost({
      ...{ spec, agent, program: hostProgram(), env: context.host.env },
      location: { ...location, isPresent: true },
      policy: policyOf(flags),
    });
    return flags.detach === true
      ? showStarted(context, open, sessionId)
      : stayWithSession(context, open, { sessionId, flags });
  });
}

function specOf(transcript: Transcript | undefined): RunSpec | undefined {
  const spec = transcript?.record.header.spec;
  return spec?.kind === 'run' ? spec : undefined;
}

/** A conversation goes on where it was. @throws UsageError for what is no folder */
function folderOf(
  context: VerbContext,
  { cwd }: StartFlags,
  former: Transcript | undefined,
): string {
  const folder =
    cwd === undefined
      ? (specOf(former)?.cwd ?? workingFolder(context, undefined))
      : workingFolder(context, cwd);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder;
  throw new UsageError(`${folder} is no folder. Name one in which the agent can work with --cwd.`);
}

async function showStarted(
  { output }: VerbContext,
  open: OpenSessions,
  sessionId: SessionId,
): Promise<ExitCode> {
  const { record, digest } = await readSession(open, sessionId);
  output.result(
    () => sessionToJson(record, digest),
    () => [
      [{ text: 'Started ' }, { text: sessionId, tone: 'strong' }, { text: '.' }],
      `Watch it with: ${programName} session watch ${sessionId}`,
    ],
  );
  return exitCodes.done;
}
