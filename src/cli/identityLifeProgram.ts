import type { Command } from 'commander';
import type { ConfirmFlags } from './confirm.ts';
import { addStayFlags, named } from './identityVerb.ts';
import { verb, type RunVerb } from './verbCommand.ts';
import type { ReconcileFlags } from './verbs/identityReconcile.ts';
import type { ResetFlags } from './verbs/identityReset.ts';
import type { RespawnFlags } from './verbs/identityRespawn.ts';

const reconcileHelp = `
What an agent does whose file is gone is ended. One whose file names another
coding agent begins a new conversation as that. All else that changes in a file
takes effect with the next message, without this. What another process owns is
left to it: the call ends with 3 then, and says who that is.`;

/** The verbs that change where a named agent stands, without anything being said to it. */
export function addLifeVerbs(identity: Command, run: RunVerb): void {
  named(
    identity,
    'checkpoint',
    'Keep where the conversation of an agent stands',
    'identity checkpoint reviewer',
  ).action((name: string, _flags: object, command: Command) =>
    run(command, async (context) =>
      (await import('./verbs/identityCheckpoint.ts')).identityCheckpoint(context, name),
    ),
  );
  const respawn = named(
    identity,
    'respawn',
    'Have an agent go on after it was broken or lost; it loses nothing',
    'identity respawn reviewer',
  );
  addStayFlags(respawn, 'do not stay while it is at work').action(
    (name: string, flags: RespawnFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityRespawn.ts')).identityRespawn(context, name, flags),
      ),
  );
  const reset = named(
    identity,
    'reset',
    'Have an agent begin a new conversation; what it has in mind is lost',
    'identity reset reviewer --yes',
  ).option('--yes', 'do not ask whether that is wanted');
  addStayFlags(reset, 'do not stay while it is at work').action(
    (name: string, flags: ResetFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityReset.ts')).identityReset(context, name, flags),
      ),
  );
  addEndingVerbs(identity, run);
}

function addEndingVerbs(identity: Command, run: RunVerb): void {
  named(identity, 'retire', 'End what an agent is doing', 'identity retire reviewer').action(
    (name: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityRetire.ts')).identityRetire(context, name),
      ),
  );
  named(
    identity,
    'delete',
    'Remove what lasts of an agent; the file that describes it stays',
    'identity delete reviewer --yes',
  )
    .option('--yes', 'do not ask whether that is wanted')
    .action((name: string, flags: ConfirmFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityDelete.ts')).identityDelete(context, name, flags),
      ),
    );
  verb(
    identity,
    'reconcile',
    'Have what lasts of agents follow their descriptions; starts nobody',
    'identity reconcile --dry-run',
  )
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'do not ask before something that runs is ended')
    .addHelpText('after', reconcileHelp)
    .action((flags: ReconcileFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/identityReconcile.ts')).identityReconcile(context, flags),
      ),
    );
}
