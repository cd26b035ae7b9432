import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeEventLine,
  encodeEventLine,
  encodeProgressEvent,
  parseProgressEvent,
} from '../../../../src/core/sessions/progressEventCodec.ts';
import { MalformedField } from '../../../../src/core/sessions/fieldReaders.ts';
import { parseExecutionState } from '../../../../src/core/sessions/executionState.ts';
import { parseResumePayload } from '../../../../src/core/sessions/resumePayload.ts';
import { parseSessionHeader } from '../../../../src/core/sessions/sessionHeader.ts';
import { parseSessionProblem } from '../../../../src/core/sessions/sessionError.ts';
import { PlayedSessions, sessionStep } from './playedSessions.ts';
import { sampleEvents } from './sampleValues.ts';

const steps = fc.array(sessionStep, { minLength: 5, maxLength: 80, size: 'max' });

// Checked after each step: events are numbered without gaps, each transition begins where the last one
// ended, nothing comes after an end, a refused answer changes nothing, the log says what the state is;
// observers are told each event once and in order or how many they missed; the collector takes exactly
// what it may; and in the end all is told, all questions are settled and nothing is left.
describe('Sessions, whatever happens in whatever order', () => {
  it('keep their promises', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const sessions = new PlayedSessions();
        await sessions.play({ kind: 'spawn' });
        for (const step of played) await sessions.play(step);
        await sessions.end();
      }),
      { numRuns: 400, interruptAfterTimeLimit: 40_000 },
    );
  });
});

describe('Parsers of sessions, whatever they are given', () => {
  const parsers = [
    parseProgressEvent,
    parseExecutionState,
    parseResumePayload,
    parseSessionHeader,
    parseSessionProblem,
  ];

  it('give a value or say which field is wrong', () => {
    // Values that are nearly right reach further than values that are not at all.
    const nearly = fc
      .tuple(fc.constantFrom(...sampleEvents), fc.jsonValue(), fc.nat(30))
      .map(([event, junk, where]) => withJunk(encodeProgressEvent(event), { junk, where }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (value) => {
        for (const parse of parsers) {
          try {
            parse(value);
          } catch (error) {
            assert.ok(error instanceof MalformedField, String(error));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never fail at a line of a log', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = decodeEventLine(text);
        assert.ok('problem' in read || 'sequence' in read);
      }),
    );
  });

  it('give back what was written of any event, also of newer versions', () => {
    const newer = fc
      .record({
        v: fc.integer({ min: 2, max: 9 }),
        kind: fc.string({ minLength: 1, maxLength: 20 }),
        sequence: fc.nat(),
        atMs: fc.nat(),
        more: fc.jsonValue(),
      })
      .map((value) => parseProgressEvent(JSON.parse(JSON.stringify(value))));
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...sampleEvents), newer), (event) => {
        assert.deepEqual(decodeEventLine(encodeEventLine(event)), event);
      }),
    );
  });
});

/** The value with something else in one of its places, counted through its depth. */
function withJunk(
  value: unknown,
  { junk, where }: { readonly junk: unknown; readonly where: number },
): unknown {
  let left = where;
  const copy = (each: unknown): unknown => {
    left -= 1;
    if (left < 0) {
      left = Infinity;
      return junk;
    }
    if (Array.isArray(each)) return each.map(copy);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, copy(inner)]));
  };
  return copy(value);
}
