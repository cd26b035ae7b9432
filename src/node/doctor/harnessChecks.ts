import type { ConnectionRecipe, ConnectionScope } from '../../core/harness/connectionRecipe.ts';
import { connectionScopes } from '../../core/harness/connectionRecipe.ts';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import { connectionStatus, type ConnectionStatus } from '../connecting/connectionStatus.ts';
import type { ConnectionPlaces } from '../connecting/connectionPlaces.ts';
import { harnessVersion, installedHarnesses } from '../connecting/installedHarnesses.ts';
import { codexTrust } from './codexTrust.ts';
import { guarded, nothingToCheck, ok, problem, warning, type CheckName } from './doctorCheck.ts';
import { refusalCheck, type RefusalTrial } from './refusalCheck.ts';
import type { SessionEvidence } from './sessionEvidence.ts';

export interface HarnessCheckOptions {
  /** The settings files that connect agents which are installed. */
  readonly filesOfInstalled: ReadonlySet<string>;
  readonly places: ConnectionPlaces;
  readonly evidence: SessionEvidence;
  readonly nowMs: number;
  readonly trial: RefusalTrial;
}

interface ScopedStatus extends ConnectionStatus {
  readonly scope: ConnectionScope;
}

/** Everything about one coding agent, from its program to whether it obeys. */
export async function harnessChecks(
  recipe: ConnectionRecipe,
  options: HarnessCheckOptions,
): Promise<readonly DoctorCheck[]> {
  const named = namer(recipe);
  const [installed] = installedHarnesses([recipe], {
    home: options.places.home,
    env: options.places.env,
    platform: process.platform,
  });
  const statuses = await Promise.all(
    connectionScopes.map(async (scope): Promise<ScopedStatus> => ({
      scope,
      ...(await connectionStatus(recipe, scope, options.places)),
    })),
  );
  const connected = statuses.filter(({ state }) => state !== 'not-connected');
  const isConnected = connected.length > 0;
  // A file that connects another agent says nothing of whether this one is used.
  const isMeant = connected.some(({ file }) => !options.filesOfInstalled.has(file));
  const newestMs = options.evidence.newestMs.get(recipe.harness);
  if (installed === undefined && !isMeant && newestMs === undefined) {
    return [
      nothingToCheck(named('installed', 'installed'), `${recipe.displayName} was not found.`),
    ];
  }
  return [
    await guarded(named('installed', 'installed'), async () =>
      installedCheck(recipe, installed && { version: await harnessVersion(installed) }),
    ),
    connectedCheck(recipe, statuses),
    await guarded(named('trusted', 'trusted'), () => trustedCheck(recipe, { statuses, options })),
    firedCheck(recipe, { isConnected, newestMs, nowMs: options.nowMs }),
    await guarded(named('refuses', 'refusing works'), () =>
      refusalCheck(named('refuses', 'refusing works'), recipe, options.trial),
    ),
  ];
}

function namer({
  harness,
  displayName,
}: ConnectionRecipe): (id: string, what: string) => CheckName {
  return (id, what) => ({ id: `${harness}.${id}`, title: `${displayName}: ${what}`, harness });
}

function installedCheck(
  recipe: ConnectionRecipe,
  installed: { readonly version: string | undefined } | undefined,
): DoctorCheck {
  const name = namer(recipe)('installed', 'installed');
  if (installed === undefined) {
    return warning(
      name,
      `${recipe.displayName} was not found on this machine.`,
      `If it is not used any more: heddle-agents disconnect ${recipe.harness}.`,
    );
  }
  const { version } = installed;
  return ok(
    name,
    version === undefined
      ? `${recipe.displayName} is installed; it tells no version.`
      : `${recipe.displayName} ${version} is installed.`,
  );
}

function connectedCheck(recipe: ConnectionRecipe, statuses: readonly ScopedStatus[]): DoctorCheck {
  const name = namer(recipe)('connected', 'connected');
  const bad = statuses.find(({ state }) => state === 'damaged' || state === 'outdated');
  if (bad !== undefined) {
    const make = bad.state === 'damaged' ? problem : warning;
    const again = `heddle-agents connect ${recipe.harness}${flagOf(bad.scope)}`;
    return make(
      name,
      bad.detail ?? `The hooks in ${bad.file} are not as they should be.`,
      `Run: ${again}`,
    );
  }
  const connected = statuses.filter(({ state }) => state === 'connected');
  if (connected.length > 0) {
    const files = connected.map(({ file, scope }) => `${file} (${scope})`).join(', ');
    return ok(name, `${recipe.displayName} calls our hook, by ${files}.`);
  }
  const unreadable = statuses.find(({ detail }) => detail !== undefined)?.detail;
  return warning(
    name,
    unreadable ??
      `${recipe.displayName} is not connected, so its agents neither join nor are kept apart.`,
    unreadable === undefined
      ? `Run: heddle-agents connect ${recipe.harness}`
      : `Repair that, then run: heddle-agents connect ${recipe.harness}`,
  );
}

function flagOf(scope: ConnectionScope): string {
  return scope === 'local' ? '' : ` --${scope}`;
}

async function trustedCheck(
  recipe: ConnectionRecipe,
  {
    statuses,
    options,
  }: { readonly statuses: readonly ScopedStatus[]; readonly options: HarnessCheckOptions },
): Promise<DoctorCheck> {
  const name = namer(recipe)('trusted', 'trusted');
  const connected = statuses.filter(({ state }) => state !== 'not-connected');
  if (recipe.harness !== 'codex') {
    const notes = [...new Set(connected.flatMap(({ scope }) => recipe.notes(scope)))].join(' ');
    return nothingToCheck(name, notes === '' ? 'It asks for no trust in hooks.' : notes);
  }
  const [first] = connected;
  if (first === undefined) return nothingToCheck(name, 'There is no hook to trust.');
  switch (await codexTrust(first.file, options.places)) {
    case 'trusted':
      return ok(name, `Codex was told to trust the hooks in ${first.file}.`);
    case 'untrusted':
      return problem(
        name,
        `Codex skips the hooks in ${first.file} in silence: nobody has trusted them.`,
        'Start Codex in this repository, run "/hooks", and trust the hooks of heddle-agents.',
      );
    case 'disabled':
      return problem(
        name,
        `The hooks in ${first.file} are switched off in Codex.`,
        'Start Codex, run "/hooks", and switch them on.',
      );
    case 'unknown':
      return warning(
        name,
        "Codex's own settings cannot be read, so nobody knows whether it runs the hooks.",
        'Look at config.toml in the folder of Codex (~/.codex).',
      );
  }
}

function firedCheck(
  recipe: ConnectionRecipe,
  {
    isConnected,
    newestMs,
    nowMs,
  }: {
    readonly isConnected: boolean;
    readonly newestMs: number | undefined;
    readonly nowMs: number;
  },
): DoctorCheck {
  const name = namer(recipe)('fired', 'hooks called lately');
  if (newestMs !== undefined) {
    return ok(name, `The newest event came ${ageText(nowMs - newestMs)} ago.`);
  }
  if (!isConnected) return nothingToCheck(name, 'It is not connected.');
  const trust = recipe.harness === 'codex' ? ' In Codex, run "/hooks" and trust them.' : '';
  return warning(
    name,
    `${recipe.displayName} is connected, but its hooks were never called in this repository.`,
    `Start it anew in this repository and give it something to do; hooks are read when a session begins.${trust}`,
  );
}

function ageText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
