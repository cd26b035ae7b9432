import type { PlanEntry } from '../../core/sessions/agentUpdate.ts';
import { inEnglish, type Translate } from '../agentWording.ts';
import { toPlainLine } from '../plainText.ts';

/** A step of a plan, ready to be shown. */
export interface ShownStep {
  readonly text: string;
  readonly status: PlanEntry['status'];
  readonly priority: PlanEntry['priority'];
}

/** The plan of an agent and how far it has come. */
export interface ShownPlan {
  readonly steps: readonly ShownStep[];
  /** Steps that are not among those, because there are too many. */
  readonly more: number;
  /** Of all steps. */
  readonly done: number;
  readonly total: number;
  /** What it is at. */
  readonly current: string | undefined;
}

const maxSteps = 200;
const maxStepLength = 500;

/** Undefined for a plan without steps. */
export function shownPlan(entries: readonly PlanEntry[]): ShownPlan | undefined {
  if (entries.length === 0) return undefined;
  const steps = entries.slice(0, maxSteps).map(({ content, status, priority }) => ({
    ...{ text: toPlainLine(content, maxStepLength), status, priority },
  }));
  return {
    steps,
    more: entries.length - steps.length,
    done: entries.filter(({ status }) => status === 'completed').length,
    total: entries.length,
    current: steps.find(({ status }) => status === 'in-progress')?.text,
  };
}

/** `2 of 5 steps`. */
export function planText({ done, total }: ShownPlan, t: Translate = inEnglish): string {
  return total === 1 ? t('{0} of 1 step', done) : t('{0} of {1} steps', done, total);
}
