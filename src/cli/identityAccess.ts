import type { ProcessProbe } from '../core/agents/liveness.ts';
import {
  InvalidIdentity,
  parseAgentIdentity,
  type AgentIdentity,
} from '../core/identities/agentIdentity.ts';
import {
  IdentityError,
  isIdentityError,
  type IdentityProblem,
} from '../core/identities/identityError.ts';
import type { IdentityListing, ListedIdentity } from '../core/identities/listedIdentity.ts';
import { RosterError } from '../core/identities/rosterProvider.ts';
import type { HeddleRoot } from '../node/heddleRoot.ts';
import { InboxError } from '../node/identities/fileInbox.ts';
import { IdentitySpecFiles } from '../node/identities/identitySpecFiles.ts';
import { identityWorktree } from '../node/identities/identityWorktree.ts';
import { listIdentities } from '../node/identities/listIdentities.ts';
import { openContinuity, type OpenContinuity } from '../node/identities/openContinuity.ts';
import { personName } from '../node/personIdentity.ts';
import { createProcessProbe } from '../node/processProbe.ts';
import { identityProblemSentence } from '../presentation/identities/identityWords.ts';
import { toPlainLine } from '../presentation/plainText.ts';
import { closestName } from './closestName.ts';
import { exitCodes, type ExitCode } from './exitCodes.ts';
import { programName } from './output.ts';
import { locate } from './registryAccess.ts';
import { reportingProblems } from './sessionAccess.ts';
import { UsageError } from './usageError.ts';
import type { VerbContext } from './verbContext.ts';

/** The named agents of a checkout, as verbs get at them. Opening them reads and writes nothing. */
export interface OpenIdentities {
  readonly location: HeddleRoot;
  /** The checkout whose descriptions count. */
  readonly worktree: string;
  readonly specs: IdentitySpecFiles;
  readonly continuity: OpenContinuity;
  readonly probe: ProcessProbe;
}

const maxMessageLength = 1000;

/** Those of the root that `--root` names, or of the checkout of the working directory. */
export function openIdentities(context: VerbContext): OpenIdentities {
  const { host, root } = context;
  const location = locate(context);
  const worktree = root === undefined ? identityWorktree(location, host.cwd) : location.root;
  const probe = createProcessProbe();
  const label = ownerLabel(location.root);
  const continuity = openContinuity(location, { clock: host.clock, probe, label });
  return { location, worktree, specs: new IdentitySpecFiles(worktree), continuity, probe };
}

/** Who owns an agent for the time of a call, as others are told. */
export function ownerLabel(root: string): string {
  return `${programName} of ${personName(root)}`;
}

/** All that there are at this moment. @throws RosterError, ContinuityStoreError, system errors */
export function listOf(
  { host }: VerbContext,
  { location, specs, continuity, probe }: OpenIdentities,
  instance?: string,
): Promise<IdentityListing> {
  const { clock } = host;
  return listIdentities({ location, specs, continuity, probe, instance, clock });
}

/** @throws UsageError for what can be nobody's name */
export function identityNamed(name: string): AgentIdentity {
  try {
    return parseAgentIdentity(name);
  } catch (error) {
    if (error instanceof InvalidIdentity) throw new UsageError(error.message);
    throw error;
  }
}

/** @throws UsageError for what is no name, IdentityError `unknown-identity` */
export async function findIdentity(
  context: VerbContext,
  open: OpenIdentities,
  name: string,
): Promise<ListedIdentity> {
  const identity = identityNamed(name);
  const { identities } = await listOf(context, open);
  const found = identities.find((each) => each.identity === identity);
  if (found !== undefined) return found;
  throw new IdentityError({ code: 'unknown-identity', identity });
}

/** Runs a verb and says what went wrong with its agent. */
export function reportingIdentityProblems(
  context: VerbContext,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const { output } = context;
  return reportingProblems(context, async () => {
    try {
      return await work();
    } catch (error) {
      if (isIdentityError(error)) {
        output.error(codeOf(error.problem), await sentenceOf(context, error.problem));
        return exitCodeOfIdentityProblem(error.problem);
      }
      if (error instanceof InboxError) {
        output.error(`inbox-${error.code}`, toPlainLine(error.message, maxMessageLength));
        return error.code === 'invalid' ? exitCodes.usage : exitCodes.failed;
      }
      if (!(error instanceof RosterError)) throw error;
      output.error('roster', toPlainLine(error.message, maxMessageLength));
      return exitCodes.failed;
    }
  });
}

/** That somebody else has it is the same to a script however it is found out. */
function codeOf(problem: IdentityProblem): string {
  return isHeld(problem) ? 'held' : problem.code;
}

async function sentenceOf(context: VerbContext, problem: IdentityProblem): Promise<string> {
  const sentence = identityProblemSentence(problem);
  if (problem.code !== 'unknown-identity') return sentence;
  const known = await listOf(context, openIdentities(context)).catch(() => undefined);
  const names = known?.identities.map(({ identity }) => identity) ?? [];
  const meant = closestName(problem.identity, names);
  return [
    sentence,
    ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
    names.length === 0
      ? `Nobody is named here yet; "${programName} identity new ${problem.identity}" does that.`
      : `"${programName} identity list" shows those that there are.`,
  ].join(' ');
}

/** What a problem with a named agent is for a script. */
export function exitCodeOfIdentityProblem(problem: IdentityProblem): ExitCode {
  if (isHeld(problem)) return exitCodes.heldByOther;
  switch (problem.code) {
    case 'unknown-identity':
      return exitCodes.notFound;
    case 'not-addressable':
    case 'duplicate-identity':
      return exitCodes.usage;
    default:
      return exitCodes.failed;
  }
}

function isHeld(problem: IdentityProblem): boolean {
  switch (problem.code) {
    case 'no-active-lease':
      return problem.holder !== undefined;
    case 'lease-lost':
    case 'stale-fencing-token':
      return true;
    default:
      return false;
  }
}
