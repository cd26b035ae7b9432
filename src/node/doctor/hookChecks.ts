import { existsSync } from 'node:fs';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import { hookSettingsPath, readHookSettings } from '../harnessSessions/hookSettingsFile.ts';
import type { HeddleRoot } from '../heddleRoot.ts';
import { guarded, nothingToCheck, ok, problem, warning } from './doctorCheck.ts';
import type { SessionEvidence } from './sessionEvidence.ts';

const dayMs = 24 * 60 * 60 * 1000;
const maxNamed = 3;

/** What concerns the hooks of every agent: their settings, and whether they failed lately. */
export async function hookChecks(
  location: HeddleRoot,
  { evidence, nowMs }: { readonly evidence: SessionEvidence; readonly nowMs: number },
): Promise<readonly DoctorCheck[]> {
  return [await settingsCheck(location), faultsCheck(evidence, nowMs)];
}

function settingsCheck(location: HeddleRoot): Promise<DoctorCheck> {
  const name = { id: 'hook-settings', title: 'Settings of hooks' };
  return guarded(name, () => {
    const path = hookSettingsPath(location);
    if (!existsSync(path)) return nothingToCheck(name, 'There is no file, so the defaults count.');
    const { problems } = readHookSettings(location);
    if (problems.length === 0) return ok(name, `${path} is understood.`);
    return problem(
      name,
      `${path}: ${problems.join(' ')}`,
      'Repair or delete the file. Until then the default counts for what is not understood.',
    );
  });
}

function faultsCheck({ faults }: SessionEvidence, nowMs: number): DoctorCheck {
  const name = { id: 'faults', title: 'Faults of hooks' };
  const lately = faults.filter(({ atMs }) => atMs > nowMs - dayMs);
  if (lately.length === 0) return ok(name, 'No hook has failed in the last 24 hours.');
  const texts = [...new Set(lately.map(({ harness, text }) => `${harness}: ${text}`))];
  const named = texts.slice(0, maxNamed).join(' | ');
  return warning(
    name,
    `Hooks have failed ${lately.length === 1 ? 'once' : `${lately.length} times`} in the last 24 hours, and agents went on unguarded. ${named}`,
    'Repair what the message names. With "failClosed" in .heddle/hook-settings.json such edits are refused instead.',
  );
}
