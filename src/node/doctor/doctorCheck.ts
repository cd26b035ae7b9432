import { errorText } from '../../base/errorText.ts';
import type { DoctorCheck } from '../../core/harness/doctor/doctorReport.ts';
import type { HarnessId } from '../../core/harness/harnessEvent.ts';

/** Which check it is. */
export interface CheckName {
  readonly id: string;
  readonly title: string;
  readonly harness?: HarnessId | undefined;
}

export function ok(name: CheckName, finding: string): DoctorCheck {
  return { ...name, verdict: 'ok', finding, advice: undefined };
}

export function nothingToCheck(name: CheckName, finding: string): DoctorCheck {
  return { ...name, verdict: 'not-applicable', finding, advice: undefined };
}

export function warning(name: CheckName, finding: string, advice: string): DoctorCheck {
  return { ...name, verdict: 'warning', finding, advice };
}

export function problem(name: CheckName, finding: string, advice: string): DoctorCheck {
  return { ...name, verdict: 'problem', finding, advice };
}

/** A check that fails is itself a finding; the others are made nevertheless. */
export async function guarded(
  name: CheckName,
  make: () => DoctorCheck | Promise<DoctorCheck>,
): Promise<DoctorCheck> {
  try {
    return await make();
  } catch (error) {
    return problem(
      name,
      `It could not be checked: ${errorText(error)}`,
      'Read the message, and run the doctor again when what it names is repaired.',
    );
  }
}
