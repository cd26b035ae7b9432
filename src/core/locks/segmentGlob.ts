import { isGlob } from './lockPath.ts';

/**
 * One step of a pattern within a segment: any text, one character, the marks that may belong to that
 * character (accents that have no composed form), or a literal character. A mark counts as a character
 * of its own as well, because both readings are usual.
 */
type Step = 'any-text' | 'any-character' | 'any-marks' | { readonly character: string };

/** True when some name matches both segments. */
export function segmentsMeet(a: string, b: string): boolean {
  if (a === b || a === '*' || b === '*') return true;
  if (!isGlob(a) && !isGlob(b)) return false;
  if (!haveCommonEnds(a, b)) return false;
  const others = stepsOf(b);
  // `next[j]`: what the steps of `a` behind the current one match also matches `others` from `j` on.
  let next = new Array<boolean>(others.length + 1).fill(false);
  next[others.length] = true;
  for (let j = others.length - 1; j >= 0 && isEmptiable(others[j]); j -= 1) next[j] = true;
  for (const step of stepsOf(a).toReversed()) {
    const meets = new Array<boolean>(others.length + 1).fill(false);
    for (let j = others.length; j >= 0; j -= 1) {
      meets[j] = stepMeets(step, others[j], {
        afterStep: next[j] === true,
        afterOther: meets[j + 1] === true,
        afterBoth: next[j + 1] === true,
      });
    }
    next = meets;
  }
  return next[0] === true;
}

/** True only when every name that `inner` matches is certainly matched by `outer`. */
export function segmentCovers(outer: string, inner: string): boolean {
  if (outer === inner || outer === '*') return true;
  if (!isGlob(outer)) return false;
  const others = stepsOf(inner);
  let next = new Array<boolean>(others.length + 1).fill(false);
  next[others.length] = true;
  for (const step of stepsOf(outer).toReversed()) {
    const covered = new Array<boolean>(others.length + 1).fill(false);
    for (let j = others.length; j >= 0; j -= 1) {
      covered[j] = stepCovers(step, others[j], {
        afterStep: next[j] === true,
        afterOther: covered[j + 1] === true,
        afterBoth: next[j + 1] === true,
      });
    }
    next = covered;
  }
  return next[0] === true;
}

/** What is known of the shorter rests: without the step, without the other one, without both. */
interface ShorterRests {
  readonly afterStep: boolean;
  readonly afterOther: boolean;
  readonly afterBoth: boolean;
}

function stepMeets(step: Step, other: Step | undefined, rests: ShorterRests): boolean {
  if (isEmptiable(step) && rests.afterStep) return true;
  if (other === undefined) return false;
  if (isEmptiable(other) && rests.afterOther) return true;
  if (isEmptiable(step) && !isEmptiable(other)) return isWithin(other, step) && rests.afterOther;
  if (isEmptiable(other) && !isEmptiable(step)) return isWithin(step, other) && rests.afterStep;
  return rests.afterBoth && isSameCharacter(step, other);
}

function stepCovers(step: Step, other: Step | undefined, rests: ShorterRests): boolean {
  if (isEmptiable(step) && rests.afterStep) return true;
  if (other === undefined) return false;
  if (step === 'any-text') return rests.afterOther;
  if (step === 'any-marks') {
    const isMarks = other === 'any-marks' || (isLiteral(other) && isMark(other.character));
    return isMarks && rests.afterOther;
  }
  if (isEmptiable(other) || !rests.afterBoth) return false;
  return step === 'any-character' || (isLiteral(other) && other.character === step.character);
}

/** Whether one character of `step` can be part of what an emptiable step stands for. */
function isWithin(step: Step, emptiable: Step): boolean {
  return emptiable === 'any-text' || !isLiteral(step) || isMark(step.character);
}

function isSameCharacter(a: Step, b: Step): boolean {
  return !isLiteral(a) || !isLiteral(b) || a.character === b.character;
}

/** Cheap and never false wrongly: what stands before the first and behind the last wildcard agrees. */
function haveCommonEnds(a: string, b: string): boolean {
  const startA = literalStart(a);
  const startB = literalStart(b);
  if (!startA.startsWith(startB) && !startB.startsWith(startA)) return false;
  const endA = literalEnd(a);
  const endB = literalEnd(b);
  return endA.endsWith(endB) || endB.endsWith(endA);
}

function literalStart(segment: string): string {
  const length = segment.search(/[*?]/);
  return length < 0 ? segment : segment.slice(0, length);
}

function literalEnd(segment: string): string {
  return segment.slice(Math.max(segment.lastIndexOf('*'), segment.lastIndexOf('?')) + 1);
}

function isEmptiable(step: Step | undefined): boolean {
  return step === 'any-text' || step === 'any-marks';
}

function isLiteral(step: Step): step is Exclude<Step, string> {
  return typeof step !== 'string';
}

function isMark(character: string): boolean {
  return /^\p{M}$/u.test(character);
}

function stepsOf(segment: string): readonly Step[] {
  return Array.from(segment).flatMap((character): readonly Step[] => {
    if (character === '*') return ['any-text'];
    if (character === '?') return ['any-character', 'any-marks'];
    return [{ character }];
  });
}
