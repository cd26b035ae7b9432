import fc from 'fast-check';

const places = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** The processes that there are. */
export const pids = [101, 102, 103, 104, 105] as const;

const paths = fc.uniqueArray(
  fc.constantFrom('src', 'src/a', 'src/a/deep', 'src/b', 'src/*', '**/a', 'docs', '.'),
  { minLength: 1, maxLength: 3 },
);
const who = fc.constantFrom(...places);
const mode = fc.constantFrom('exclusive' as const, 'exclusive' as const, 'shared' as const);
const durationMs = fc.constantFrom(1, 500, 10_000, 29_999, 45_000, 45_001, 600_000, 7_200_000);

/** One thing that happens, by any of several processes. */
export const lockStep = fc.record({
  process: fc.nat(2),
  step: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('lock' as const),
        who,
        paths,
        mode,
        ttlMs: fc.option(durationMs, { nil: undefined }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('release' as const),
        who,
        paths: fc.option(paths, { nil: undefined }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        who,
        paths,
        mode,
        limitMs: durationMs,
        pid: fc.option(fc.constantFrom(...pids), { nil: undefined }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const), place: fc.nat(5) }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: durationMs }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('setBack' as const), ms: durationMs }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'heartbeat' as const,
          'edit' as const,
          'unregister' as const,
          'closeTurn' as const,
          'leave' as const,
          'kill' as const,
          'revive' as const,
        ),
        who,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('break' as const),
        who,
        path: paths.map(([path]) => path ?? '.'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reap' as const) }) },
  ),
});
export type LockStep = (typeof lockStep extends fc.Arbitrary<infer T> ? T : never)['step'];
