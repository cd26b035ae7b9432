import type { StartOutcome } from '../../node/identities/startOutcome.ts';
import { identityToJson, outcomeToJson } from '../../presentation/identities/identityJson.ts';
import { unusableSpecSentence } from '../../presentation/identities/identityWords.ts';
import {
  outcomeSentence,
  outcomesText,
  outcomeWordText,
} from '../../presentation/identities/outcomeWords.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import {
  findIdentity,
  listOf,
  openIdentities,
  reportingIdentityProblems,
  type OpenIdentities,
} from '../identityAccess.ts';
import {
  exitCodeOfOutcome,
  expectFree,
  isBegun,
  isUsable,
  showResult,
  stateLine,
  stayWithAgent,
  type StayFlags,
} from '../identityActing.ts';
import { asOwner } from '../identityCall.ts';
import { untilNothingWaits } from '../identityLeftovers.ts';
import type { AllowFlags } from '../sessionHosting.ts';
import { UsageError } from '../usageError.ts';
import type { VerbContext } from '../verbContext.ts';

export interface StartFlags extends StayFlags, AllowFlags {
  readonly all?: boolean;
}

/** Starts one agent, or everybody who is described; what waits for them is brought to them. */
export function identityStart(
  context: VerbContext,
  name: string | undefined,
  flags: StartFlags,
): Promise<ExitCode> {
  if ((name === undefined) !== (flags.all === true)) {
    throw new UsageError('Name the agent to start, or give --all for everybody.');
  }
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    return name === undefined
      ? startAll(context, open, flags)
      : startOne(context, open, { name, flags });
  });
}

async function startOne(
  context: VerbContext,
  open: OpenIdentities,
  { name, flags }: { readonly name: string; readonly flags: StartFlags },
): Promise<ExitCode> {
  const listed = await findIdentity(context, open, name);
  if (!isUsable(context, listed)) return exitCodes.failed;
  expectFree(listed);
  const { identity } = listed;
  let outcome: StartOutcome | undefined;
  const exitCode = await asOwner(context, open, {
    allow: flags.allow,
    work: async (call) => {
      [outcome] = await call.owner.start([identity]);
      if (outcome === undefined || !isBegun(context, outcome)) return exitCodes.failed;
      if (!context.output.isJson) context.output.lines([outcomeLine(outcome)]);
      return stayWithAgent(context, call, { identity, flags });
    },
  });
  if (outcome === undefined || exitCodeOfOutcome(outcome) !== exitCodes.done) return exitCode;
  const json = outcomeToJson(outcome);
  const lastExitCode = await untilNothingWaits(context, open, { identity, flags, exitCode });
  await showResult(context, open, {
    ...{ identity, json },
    lines: (now) => [stateLine(now, 'can be gone on with.')],
  });
  return lastExitCode;
}

async function startAll(
  context: VerbContext,
  open: OpenIdentities,
  flags: StartFlags,
): Promise<ExitCode> {
  const { output } = context;
  let outcomes: readonly StartOutcome[] = [];
  const exitCode = await asOwner(context, open, {
    allow: flags.allow,
    work: async (call) => {
      outcomes = await call.owner.start('all', (outcome) => {
        if (!output.isJson) output.lines([outcomeLine(outcome)]);
      });
      let worst = exitCodeOfAll(outcomes);
      const stop = context.host.stopSignal();
      for (const { identity, kind } of outcomes) {
        if (kind !== 'created' && kind !== 'resumed') continue;
        // Whoever does not wait for one does not wait for those after it either.
        const detach = flags.detach === true || stop.aborted;
        const stayed = await stayWithAgent(context, call, {
          identity,
          flags: { ...flags, detach },
        });
        if (stayed !== exitCodes.done) worst = exitCodes.failed;
      }
      return worst;
    },
  });
  const { identities } = await listOf(context, open);
  output.result(
    () => ({
      identities: identities.map((listed) => {
        const outcome = outcomes.find(({ identity }) => identity === listed.identity);
        return { ...identityToJson(listed), ...outcomeToJson(outcome ?? { kind: 'unknown' }) };
      }),
    }),
    () => [outcomes.length === 0 ? 'Nobody is described here.' : `${outcomesText(outcomes)}.`],
  );
  const unusable = identities.filter(({ spec, specPath }) => !spec && specPath !== undefined);
  output.notes(unusable.map((listed) => unusableSpecSentence(listed)));
  return unusable.length > 0 ? exitCodes.failed : exitCode;
}

function exitCodeOfAll(outcomes: readonly StartOutcome[]): ExitCode {
  const codes = outcomes.map(exitCodeOfOutcome);
  if (codes.includes(exitCodes.failed)) return exitCodes.failed;
  return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
}

function outcomeLine(outcome: StartOutcome) {
  const { identity, kind } = outcome;
  const tone = kind === 'broken' ? 'bad' : kind === 'held_elsewhere' ? 'doubtful' : 'good';
  return [
    { text: `${identity}: ` },
    { text: outcomeWordText(outcome), tone },
    { text: `. ${outcomeSentence(outcome)}` },
  ] as const;
}
