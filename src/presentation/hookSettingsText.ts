import type { HookSettings } from '../core/harness/hookSettings.ts';

const minuteMs = 60_000;

/** The settings of hooks as the text of their file, every field of it. */
export function hookSettingsText(settings: HookSettings): string {
  const fields = {
    failClosed: settings.failClosed,
    holdUntil: settings.holdUntil,
    quietMinutes: settings.quietMs / minuteMs,
    quietInToolMinutes: settings.quietInToolMs / minuteMs,
    waitingMinutes: settings.waitingMs / minuteMs,
    lockMinutes: settings.lockTtlMs / minuteMs,
    refuseStaleViews: settings.refuseStaleViews,
    watchShellCommands: settings.watchShellCommands,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}
