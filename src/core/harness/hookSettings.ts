/** How hooks judge, the same for all agents of a repository. */
export interface HookSettings {
  /** A hook that cannot do its work refuses edits, instead of letting them through unguarded. */
  readonly failClosed: boolean;
  /** Whether a lock that a hook took is given back at the end of the turn or of the session. */
  readonly holdUntil: 'turn' | 'task';
  /** An agent without any event or growth of its transcript for this long has no turn any more. */
  readonly quietMs: number;
  /** The same while a command or the like runs, which says nothing until it ends. */
  readonly quietInToolMs: number;
  /** An agent that waits for a person for this long may lose its locks to whoever wants them. */
  readonly waitingMs: number;
  /** How long a lock lasts that was taken for an agent of whom no process is known. */
  readonly lockTtlMs: number;
  /** Whether the first edit of a file that somebody else changed meanwhile is refused once. */
  readonly refuseStaleViews: boolean;
  /** Whether files that others hold are compared before and after shell commands. */
  readonly watchShellCommands: boolean;
}

const minuteMs = 60_000;

export const defaultHookSettings: HookSettings = {
  failClosed: false,
  holdUntil: 'turn',
  quietMs: 10 * minuteMs,
  quietInToolMs: 60 * minuteMs,
  waitingMs: 15 * minuteMs,
  lockTtlMs: 10 * minuteMs,
  refuseStaleViews: true,
  watchShellCommands: true,
};

/** The fields of `.heddle/hook-settings.json` and what they may be. Times are in minutes there. */
const minuteFields = {
  quietMinutes: 'quietMs',
  quietInToolMinutes: 'quietInToolMs',
  waitingMinutes: 'waitingMs',
  lockMinutes: 'lockTtlMs',
} as const;
const flagFields = ['failClosed', 'refuseStaleViews', 'watchShellCommands'] as const;
const maxMinutes = 24 * 60;

/**
 * Reads the value of the settings file. A field that is no setting, or that has a wrong value, is told
 * and its default counts; the others count nevertheless.
 */
export function parseHookSettings(value: unknown): {
  readonly settings: HookSettings;
  readonly problems: readonly string[];
} {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { settings: defaultHookSettings, problems: ['It must hold an object: { … }.'] };
  }
  const problems: string[] = [];
  const settings: Record<string, unknown> = { ...defaultHookSettings };
  for (const [field, given] of Object.entries(value)) {
    if (field === '$schema') continue;
    const problem = applyField(settings, field, given);
    if (problem !== undefined) problems.push(problem);
  }
  return { settings: settings as unknown as HookSettings, problems };
}

function applyField(
  settings: Record<string, unknown>,
  field: string,
  given: unknown,
): string | undefined {
  if ((flagFields as readonly string[]).includes(field)) {
    if (typeof given !== 'boolean') return `"${field}" must be true or false.`;
    settings[field] = given;
    return undefined;
  }
  if (field === 'holdUntil') {
    if (given !== 'turn' && given !== 'task') return '"holdUntil" must be "turn" or "task".';
    settings[field] = given;
    return undefined;
  }
  if (!Object.hasOwn(minuteFields, field)) {
    return `${JSON.stringify(field.slice(0, 60))} is not a setting.`;
  }
  const isMinutes = typeof given === 'number' && given > 0 && given <= maxMinutes;
  if (!isMinutes) return `"${field}" must be minutes, more than 0 and at most ${maxMinutes}.`;
  settings[minuteFields[field as keyof typeof minuteFields]] = given * minuteMs;
  return undefined;
}
