import { Argument, type Command } from 'commander';
import { agentText, lockToken, reasonText, timeSpan } from './lockFlags.ts';
import { pid, word } from './options.ts';
import { valued, verb, type RunVerb } from './verbCommand.ts';
import type { BreakFlags } from './verbs/break.ts';
import type { CheckFlags } from './verbs/check.ts';
import type { ImportFlags } from './verbs/importLocks.ts';
import type { LockFlags } from './verbs/lock.ts';
import type { LocksFlags } from './verbs/locks.ts';
import type { UnlockFlags } from './verbs/unlock.ts';

const lockHelp = `
Without --ttl a lock lasts for 30 s, or until the agent was not heard of for
45 s; while the recorded process of the agent runs, for 2 h. Locking again
extends it. What is refused exits 3 and takes nothing.`;

/** The verbs for file locks. */
export function addLockVerbs(program: Command, run: RunVerb): void {
  addTakingVerbs(program, run);
  addAskingVerbs(program, run);
  addBreakVerb(program, run);
}

function addTakingVerbs(program: Command, run: RunVerb): void {
  verb(
    program,
    'lock',
    'Take files and folders, all or none, or say who holds them',
    'lock src/app.ts --agent agent-abc --reason "Fix the login" --wait 60s',
  )
    .argument('<path...>', 'files, folders or globs; each covers everything below it')
    .addOption(agentOption('who takes them'))
    .addOption(
      valued('--ttl <time>', 'for how long, such as 30s or 10m, heard of or not', timeSpan),
    )
    .option('--shared', 'let others share them, and nobody take them alone')
    .addOption(valued('--wait <time>', 'queue for them for so long', timeSpan))
    .addOption(valued('--reason <text>', 'told to whoever is refused', reasonText))
    .addOption(valued('--hold-for-pid <pid>', 'hold them while this process runs', pid))
    .action((paths: readonly string[], flags: LockFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/lock.ts')).lock(context, paths, flags),
      ),
    )
    .addHelpText('after', lockHelp);
  verb(program, 'unlock', 'Give files and folders back', 'unlock src/app.ts --agent agent-abc')
    .argument('[path...]', 'what was locked, by the same names')
    .addOption(agentOption('who gives them back'))
    .option('--all', 'everything that the agent holds')
    .action((paths: readonly string[], flags: UnlockFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/unlock.ts')).unlock(context, paths, flags),
      ),
    );
}

function addAskingVerbs(program: Command, run: RunVerb): void {
  const locks = verb(
    program,
    'locks',
    'List what is locked and who waits; export and import it',
    'locks --path src',
  )
    .helpCommand(false)
    .commandsGroup('Verbs:')
    .usage('[options] [export <file> | import <file>]')
    .addOption(valued('--path <path>', 'only what concerns this file or folder', word))
    .addOption(valued('--agent <agent>', 'only what this agent holds or waits for', agentText))
    .action((flags: LocksFlags, command: Command) =>
      run(command, async (context) => (await import('./verbs/locks.ts')).locks(context, flags)),
    );
  addSnapshotVerbs(locks, run);
  verb(program, 'who', 'Say who holds a file or folder', 'who src/app.ts')
    .argument('<path>', 'a file, folder or glob')
    .action((path: string, _flags: object, command: Command) =>
      run(command, async (context) => (await import('./verbs/who.ts')).who(context, path)),
    );
  verb(
    program,
    'check',
    'Say whether a lock still stands, before writing by it',
    'check src/app.ts --agent agent-abc --token 1795257600000',
  )
    .argument('<path>', 'what was locked')
    .addOption(agentOption('whose lock it is'))
    .addOption(
      valued('--token <n>', 'the number that "lock" printed', lockToken).makeOptionMandatory(),
    )
    .action((path: string, flags: CheckFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/check.ts')).check(context, path, flags),
      ),
    );
}

function addSnapshotVerbs(locks: Command, run: RunVerb): void {
  const file = 'a file, or - for ';
  verb(locks, 'export', 'Write all locks as one JSON document', 'locks export locks.json')
    .addArgument(new Argument('<file>', `${file}standard output`).argParser(word('The file')))
    .action((path: string, _flags: object, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/exportLocks.ts')).exportLocks(context, path),
      ),
    );
  verb(locks, 'import', 'Merge locks from such a document', 'locks import locks.json --replace')
    .addArgument(new Argument('<file>', `${file}standard input`).argParser(word('The file')))
    .option('--replace', 'take from others what stands in the way')
    .action((path: string, flags: ImportFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/importLocks.ts')).importLocks(context, path, flags),
      ),
    );
}

function addBreakVerb(program: Command, run: RunVerb): void {
  verb(
    program,
    'break',
    "End others' locks on a file or folder, and tell them why",
    'break src/app.ts --reason "Stuck since yesterday"',
  )
    .argument('<path>', 'a file, folder or glob')
    .addOption(
      valued('--reason <text>', 'told to whoever held it; unsaved changes need none', reasonText),
    )
    .addOption(agentOption('who breaks them, and keeps its own'))
    .action((path: string, flags: BreakFlags, command: Command) =>
      run(command, async (context) =>
        (await import('./verbs/break.ts')).breakLock(context, path, flags),
      ),
    );
}

function agentOption(description: string) {
  const text = `${description}: a session id, a number or a name (default: HEDDLE_AGENTS_SESSION)`;
  return valued('--agent <agent>', text, agentText);
}
