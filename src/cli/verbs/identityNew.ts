import { errorCode } from '../../base/errorText.ts';
import { identitySpecPath } from '../../node/identities/identitySpecFiles.ts';
import { writeNewIdentitySpec } from '../../node/identities/newIdentitySpec.ts';
import { identityToJson } from '../../presentation/identities/identityJson.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import {
  findIdentity,
  identityNamed,
  openIdentities,
  reportingIdentityProblems,
} from '../identityAccess.ts';
import { openForAdding } from '../registryAccess.ts';
import { knownAgents } from '../sessionAgents.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface NewFlags {
  readonly agent?: string;
}

/** Writes the description of a new agent, for a person to fill in. Starts nobody. */
export function identityNew(
  context: VerbContext,
  name: string,
  { agent }: NewFlags,
): Promise<ExitCode> {
  return reportingIdentityProblems(context, async () => {
    const identity = identityNamed(name);
    const preset = presetOf(context, agent);
    await openForAdding(context);
    const open = openIdentities(context);
    const { worktree } = open;
    try {
      await writeNewIdentitySpec(worktree, identity, preset);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      const path = toPlainLine(identitySpecPath(worktree, identity), 4096);
      context.output.error('exists', `${path} is there already; nothing was changed.`);
      return exitCodes.heldByOther;
    }
    const listed = await findIdentity(context, open, name);
    context.output.result(
      () => identityToJson(listed),
      () => [
        `Wrote ${toPlainLine(listed.specPath ?? '', 4096)}.`,
        'Say in it what the agent is for, and commit it.',
      ],
    );
    return exitCodes.done;
  });
}

/** @throws UsageError for an agent that nobody knows */
function presetOf(context: VerbContext, named: string | undefined): string {
  const agents = knownAgents(context);
  if (named === undefined) return agents.find(({ command }) => command)?.id ?? 'claude';
  if (agents.some(({ id }) => id === named)) return named;
  const list = agents.map(({ id }) => id).join(', ');
  throw new UsageError(`There is no agent "${toPlainLine(named, 60)}". There are: ${list}.`);
}
