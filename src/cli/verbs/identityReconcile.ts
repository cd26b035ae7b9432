import { errorText } from '../../base/errorText.ts';
import { IdentityError, isIdentityError } from '../../core/identities/identityError.ts';
import type { LeaseProvider } from '../../core/identities/leaseProvider.ts';
import type { ListedIdentity } from '../../core/identities/listedIdentity.ts';
import type { IdentityOwner } from '../../node/identities/identityOwner.ts';
import { reconcileActionToJson } from '../../presentation/identities/identityJson.ts';
import { heldElsewhereSentence } from '../../presentation/identities/identityWords.ts';
import { reconcileSentence } from '../../presentation/identities/outcomeWords.ts';
import { toPlainLine } from '../../presentation/plainText.ts';
import { isConfirmed, type ConfirmFlags } from '../confirm.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { listOf, openIdentities, reportingIdentityProblems } from '../identityAccess.ts';
import { asOwner } from '../identityCall.ts';
import { endsWork, plannedActions, type PlannedAction } from '../identityReconciling.ts';
import { embodyQuietly } from '../identityEmbodying.ts';
import type { VerbContext } from '../verbContext.ts';

export interface ReconcileFlags extends ConfirmFlags {
  readonly dryRun?: boolean;
}

/** What became of an action. */
interface Done {
  readonly planned: PlannedAction;
  readonly result: 'planned' | 'done' | 'held' | 'failed';
  readonly detail?: string | undefined;
}

/** Has what lasts of agents follow their descriptions; starts nobody. */
export function identityReconcile(context: VerbContext, flags: ReconcileFlags): Promise<ExitCode> {
  const { output } = context;
  return reportingIdentityProblems(context, async () => {
    const open = openIdentities(context);
    const { identities } = await listOf(context, open);
    const plan = await plannedActions(open, identities);
    if (flags.dryRun === true || plan.length === 0) {
      show(
        context,
        plan.map((planned) => ({ planned, result: 'planned' })),
      );
      return exitCodes.done;
    }
    const ending = plan.filter(endsWork).map(({ action }) => reconcileSentence(action));
    const loss = ['Something that runs would be ended:', ...ending].join(' ');
    if (ending.length > 0 && !(await isConfirmed(context, flags, loss))) return exitCodes.failed;
    const done = await asOwner(context, open, {
      work: ({ owner }) => carryOut(plan, { owner, leases: open.continuity.leases }),
    });
    show(context, done);
    for (const { result, detail } of done) {
      if (result !== 'done' && detail !== undefined) output.notes([toPlainLine(detail, 600)]);
    }
    if (done.some(({ result }) => result === 'failed')) return exitCodes.failed;
    return done.some(({ result }) => result === 'held') ? exitCodes.heldByOther : exitCodes.done;
  });
}

interface Means {
  readonly owner: IdentityOwner;
  readonly leases: LeaseProvider;
}

async function carryOut(plan: readonly PlannedAction[], means: Means): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const planned of plan) {
    const { lease, identity } = planned.listed;
    if (lease !== undefined) {
      const detail = heldElsewhereSentence(identity, lease.holder);
      done.push({ planned, result: 'held', detail });
      continue;
    }
    try {
      await carryOutOne(planned, means);
      done.push({ planned, result: 'done' });
    } catch (error) {
      const isHeld = isIdentityError(error, 'no-active-lease');
      done.push({ planned, result: isHeld ? 'held' : 'failed', detail: errorText(error) });
    }
  }
  return done;
}

/** What only changed in its instructions takes effect with the next message. */
async function carryOutOne({ action, listed }: PlannedAction, means: Means): Promise<void> {
  if (action.action === 'retire') await endWork(listed, means);
  if (action.action !== 'respawn') return;
  const { owner } = means;
  const outcome = await embodyQuietly(owner, action.identity);
  if (outcome.kind === 'broken') throw new Error(outcome.failure.detail);
  await owner.checkpoint(action.identity);
}

/** Nobody else may own it meanwhile, and nobody has described it, so that it cannot be started. */
async function endWork({ identity, record }: ListedIdentity, means: Means): Promise<void> {
  const { runtime } = means.owner;
  const results = await means.leases.acquire([identity], runtime.runtimeInstanceId);
  const result = results.get(identity);
  if (result?.result === 'already_held') {
    const { holder } = result;
    throw new IdentityError({ code: 'no-active-lease', identity, holder });
  }
  if (result === undefined || record === undefined) return;
  try {
    const { token } = result.grant;
    await runtime.bridge?.retireMember(record, 'It is not described any more.', {
      token,
      isOurs: async () => (await means.leases.isFollowed?.(identity, token)) !== true,
    });
  } finally {
    await means.leases.release([result.grant]);
  }
}

function show({ output }: VerbContext, done: readonly Done[]): void {
  output.result(
    () => ({
      actions: done.map(({ planned: { action }, result, detail }) => ({
        ...reconcileActionToJson(action),
        result,
        detail: detail ?? null,
      })),
    }),
    () =>
      done.length === 0
        ? ['Everything is as it is described.']
        : done.map(({ planned: { action }, result }) => {
            const head = result === 'planned' ? '' : `${resultWords[result]}: `;
            return `${head}${reconcileSentence(action)}`;
          }),
  );
}

const resultWords = { done: 'Done', held: 'Not done', failed: 'Failed' } as const;
