import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, errorText } from '../../base/errorText.ts';
import {
  defaultHookSettings,
  parseHookSettings,
  type HookSettings,
} from '../../core/harness/hookSettings.ts';
import type { HeddleRoot } from '../heddleRoot.ts';

const maxBytes = 64 * 1024;

export function hookSettingsPath(location: HeddleRoot): string {
  return join(location.heddleFolder, 'hook-settings.json');
}

/** The settings of a root; without a file the defaults. Its problems are sentences that name the field. */
export function readHookSettings(location: HeddleRoot): {
  readonly settings: HookSettings;
  readonly problems: readonly string[];
} {
  const path = hookSettingsPath(location);
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > maxBytes) {
      return { settings: defaultHookSettings, problems: ['It is no file of settings.'] };
    }
    return parseHookSettings(JSON.parse(readFileSync(path, 'utf8').replace(/^\u{feff}/u, '')));
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT';
    const problems = isMissing ? [] : [`It cannot be read: ${errorText(error)}`];
    return { settings: defaultHookSettings, problems };
  }
}
