import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTerminal, isTerminalTag } from '../../../../src/core/sessions/executionState.ts';
import { isTerminalEvent } from '../../../../src/core/sessions/progressEvent.ts';
import { foldSession } from '../../../../src/core/sessions/recoverSession.ts';
import type { ResumePayload } from '../../../../src/core/sessions/resumePayload.ts';
import { isSessionError } from '../../../../src/core/sessions/sessionError.ts';
import type { Closed, Empty, Observation } from '../../../../src/core/sessions/sessionObserver.ts';
import type { SessionObserver } from '../../../../src/core/sessions/sessionObserver.ts';
import { settle } from '../../../support/eventually.ts';
import { answer, aSpec, cancelGraceMs, SessionWorld, type AskedQuestions } from './sessionWorld.ts';

const which = fc.nat(7);
const ms = fc.constantFrom(0, 1, 999, 1_000, cancelGraceMs);
const answers = fc.constantFrom('right', 'partial', 'unknown', 'kind', 'stale', 'twice');

/** One thing that happens. What it names by number is one of those that there are, if there are any. */
export const sessionStep = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('spawn' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      which,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('report' as const), which, count: fc.nat(6) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('resume' as const), which, answers }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('observe' as const),
      which,
      from: fc.option(fc.nat(20), { nil: undefined }),
      capacity: fc.constantFrom(1, 3, 256),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('read' as const), which, count: fc.nat(8) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'finish' as const,
        'fail' as const,
        'cancel' as const,
        'withdraw' as const,
      ),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('collect' as const), ms }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);
export type SessionStep = typeof sessionStep extends fc.Arbitrary<infer T> ? T : never;
type Watching = Extract<SessionStep, { readonly kind: 'read' | 'wait' | 'drop' }>;
type Acting = Exclude<
  SessionStep,
  Watching | { readonly kind: 'spawn' | 'turn' | 'settle' | 'advance' | 'collect' }
>;

interface PlayedAsk {
  readonly asked: AskedQuestions;
  readonly withdrawn: AbortController;
}

interface PlayedSession {
  readonly id: string;
  readonly asks: PlayedAsk[];
  outcome: unknown;
  isEvicted: boolean;
}

/** An observer with a check that what it is told is what happened, each event once and in order. */
class PlayedObserver {
  /** The next event that it has to be told of. */
  private expected: number | undefined;
  missed = 0;
  hasEnded = false;
  isDropped = false;
  isWaiting = false;

  constructor(
    readonly session: PlayedSession,
    readonly observer: SessionObserver,
    readonly options: { readonly capacity: number; readonly expected: number },
    private readonly world: SessionWorld,
  ) {
    this.expected = options.expected;
  }

  get nextSequence(): number {
    return this.expected ?? 0;
  }

  get isOpen(): boolean {
    return !this.hasEnded && !this.isDropped;
  }

  accept(told: Observation | Closed | Empty): void {
    if (told.kind === 'empty') return;
    if (told.kind === 'closed') {
      assert.ok(this.isDropped || this.hasEnded || this.endedBefore(), 'is closed for a reason');
      this.hasEnded = true;
      return;
    }
    assert.ok(!this.isDropped && !this.hasEnded, 'is told nothing after the end');
    if (told.kind === 'lagged') {
      assert.ok(told.count > 0);
      this.missed += told.count;
      this.expected = this.nextSequence + told.count;
      return;
    }
    assert.equal(told.event.sequence, this.nextSequence);
    const recorded = this.world.store.events(this.session.id)[told.event.sequence - 1];
    assert.deepEqual(told.event, recorded);
    this.expected = told.event.sequence + 1;
    this.hasEnded = isTerminalEvent(told.event);
  }

  /** It began after the end and wanted nothing of what was before. */
  private endedBefore(): boolean {
    const events = this.world.store.events(this.session.id);
    const last = events.at(-1);
    return last !== undefined && isTerminalEvent(last) && this.nextSequence === last.sequence + 1;
  }
}

/** Plays steps on a registry and checks after each that its promises hold. */
export class PlayedSessions {
  readonly world = new SessionWorld();
  private readonly sessions: PlayedSession[] = [];
  private readonly observers: PlayedObserver[] = [];
  private readonly tags = new Map<string, string>();
  private fault: Error | undefined;
  /** Tells one reason from another. */
  private cancelCount = 0;

  async play(step: SessionStep): Promise<void> {
    await this.take(step);
    for (const session of this.sessions) this.check(session);
    // Only now have all promises told what came of them.
    if (step.kind === 'settle') for (const session of this.sessions) this.checkAsked(session);
    if (this.fault) throw this.fault;
  }

  /** Ends everything, and checks that nothing is left. */
  async end(): Promise<void> {
    await settle();
    for (const session of this.sessions) {
      if (!session.isEvicted) this.world.registry.cancel(session.id, this.world.reason());
      this.world.executor.runs.get(session.id)?.finish({ value: 'end' });
    }
    await settle();
    this.world.clock.advance(cancelGraceMs);
    for (const observer of this.observers) await this.readOut(observer);
    for (const session of this.sessions) this.checkEnded(session);
    this.world.registry.collect(0);
    assert.deepEqual(this.world.registry.list(), [], 'no observer is left behind');
    assert.equal(this.world.clock.pendingTimers, 0, 'and no timer');
  }

  private async take(step: SessionStep): Promise<void> {
    if (step.kind === 'spawn') return this.spawn();
    if (step.kind === 'turn') return new Promise((resolve) => void setImmediate(resolve));
    if (step.kind === 'settle') return settle();
    if (step.kind === 'advance') return void this.world.clock.advance(step.ms);
    if (step.kind === 'collect') return this.collect(step.ms);
    if (step.kind === 'read' || step.kind === 'wait' || step.kind === 'drop') {
      const observer = pick(this.observers, step.which);
      if (observer) this.watch(observer, step);
      return;
    }
    const session = pick(
      this.sessions.filter(({ isEvicted }) => !isEvicted),
      step.which,
    );
    if (session) this.act(session, step);
  }

  private async spawn(): Promise<void> {
    if (this.sessions.length >= 4) return;
    const id = await this.world.registry.spawn(aSpec);
    const session: PlayedSession = { id, asks: [], outcome: undefined, isEvicted: false };
    this.sessions.push(session);
    void this.world.registry.awaitTerminal(id).then((outcome) => (session.outcome = outcome));
  }

  private act(session: PlayedSession, step: Acting): void {
    const { registry, executor } = this.world;
    const run = executor.runs.get(session.id);
    switch (step.kind) {
      case 'ask': {
        if (run === undefined) return;
        const withdrawn = new AbortController();
        const questions = Array.from({ length: step.count }, (_, i) => ({ text: `${i}?` }));
        const asked = run.ask(questions, withdrawn.signal);
        session.asks.push({ asked, withdrawn });
        return;
      }
      case 'report':
        for (let i = 0; i < step.count; i += 1) run?.control.report({ kind: 'tick', phase: 'x' });
        return;
      case 'resume':
        this.resume(session, step.answers);
        return;
      case 'observe':
        this.observe(session, step);
        return;
      case 'finish':
        run?.finish({ value: 'done' });
        return;
      case 'fail':
        run?.fail(new Error('failed'));
        return;
      case 'cancel':
        this.cancelCount += 1;
        registry.cancel(session.id, this.world.reason(`${this.cancelCount}`));
        return;
      case 'withdraw':
        pick(session.asks, step.which)?.withdrawn.abort();
        return;
    }
  }

  private resume(session: PlayedSession, how: string): void {
    const { registry } = this.world;
    const state = registry.state(session.id);
    const ids =
      state.state === 'paused' ? state.pause.prompts.map((each) => each.queryId) : ['q-0'];
    const isRight = how === 'right' && state.state === 'paused';
    const before = this.world.said(session.id).length;
    try {
      registry.resume(session.id, payloadFor(ids, how));
      assert.ok(isRight, `${how} is not accepted when ${state.state}`);
      assert.equal(this.world.said(session.id)[before + 1], 'resume-accepted');
    } catch (error) {
      assert.ok(isSessionError(error) && !isRight, String(error));
      assert.equal(registry.state(session.id), state, 'nothing has changed');
      assert.equal(this.world.said(session.id).length, before);
    }
  }

  private observe(
    session: PlayedSession,
    { from, capacity }: { readonly from: number | undefined; readonly capacity: number },
  ): void {
    const next = this.world.store.events(session.id).length + 1;
    const expected = Math.max(1, Math.min(from ?? next, next));
    const options = { fromSequence: from, capacity };
    const observer = this.world.registry.observe(session.id, options);
    this.observers.push(new PlayedObserver(session, observer, { capacity, expected }, this.world));
  }

  private watch(played: PlayedObserver, step: Watching): void {
    const { observer } = played;
    if (step.kind === 'drop') {
      played.isDropped = true;
      return void observer.dispose();
    }
    // Two readers at a time would not know who is told what.
    if (played.isWaiting) return;
    if (step.kind === 'wait') {
      played.isWaiting = true;
      void observer.next().then((told) => {
        played.isWaiting = false;
        // It may have been told just before it was dropped.
        if (!played.isDropped) this.attempt(() => played.accept(told));
      });
      return;
    }
    for (let i = 0; i < step.count; i += 1) played.accept(observer.tryNext());
  }

  /** What fails while nobody looks fails the next step. */
  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fault ??= error as Error;
    }
  }

  /** Evicts what the rules say, no more and no less. */
  private async collect(ttlMs: number): Promise<void> {
    // Who waits learns of the end a little later than the registry.
    if (this.observers.some(({ isWaiting }) => isWaiting)) await settle();
    const { registry, clock } = this.world;
    const expected = registry
      .list()
      .filter(({ state, lastActiveMs }) => isTerminal(state) && clock.now() - lastActiveMs >= ttlMs)
      .map(({ header }) => header.sessionId)
      .filter((id) => !this.observers.some((each) => each.isOpen && each.session.id === id));
    const before = registry.list().map(({ header }) => header.sessionId);
    assert.equal(registry.collect(ttlMs), expected.length);
    const left = registry.list().map(({ header }) => header.sessionId);
    assert.deepEqual(
      before.filter((id) => !left.includes(id)),
      expected,
    );
    for (const session of this.sessions) session.isEvicted ||= expected.includes(session.id);
  }

  private check(session: PlayedSession): void {
    const events = this.world.store.events(session.id);
    let tag = 'running';
    for (const [index, event] of events.entries()) {
      assert.equal(event.sequence, index + 1);
      assert.ok(!isTerminalTag(tag as 'running'), 'nothing comes after the end');
      if (event.kind !== 'state-transition') continue;
      assert.equal(event.from, tag);
      assert.notEqual(event.to, tag);
      tag = event.to;
    }
    const before = this.tags.get(session.id) ?? 'running';
    if (isTerminalTag(before as 'running')) assert.equal(tag, before, 'an end is for ever');
    this.tags.set(session.id, tag);
    if (session.isEvicted) return;
    const state = this.world.registry.state(session.id);
    assert.equal(state.state, tag, 'a state and its event are one');
    const header = { sessionId: session.id, spec: aSpec, createdAtMs: 0 };
    assert.deepEqual(foldSession(header, events).state, state, 'and the log says the same');
    const listed = this.world.registry.list().find((each) => each.header.sessionId === session.id);
    const lastMs = events.at(-1)?.atMs ?? listed?.lastActiveMs;
    assert.equal(listed?.lastActiveMs, lastMs, 'the last event is the last activity');
    this.checkCancelled(session);
  }

  /** Whoever cancels first is the one who did, and the execution learns of it, or never begins. */
  private checkCancelled({ id }: PlayedSession): void {
    const events = this.world.store.events(id);
    const wishes = events.filter((event) => event.kind === 'cancel-requested');
    assert.ok(wishes.length <= 1, 'only the first wish to cancel counts');
    const [wish] = wishes;
    const run = this.world.executor.runs.get(id);
    const state = this.world.registry.state(id);
    if (run) assert.equal(run.control.signal.aborted, wish !== undefined);
    if (wish === undefined) return void assert.notEqual(state.state, 'cancelled');
    if (events[0] === wish) assert.equal(run, undefined, 'nothing of it is executed');
    if (!isTerminal(state)) return void assert.equal(state.state, 'running', 'it asks nothing');
    assert.ok(state.state === 'cancelled', 'whatever it came to');
    assert.deepEqual(state.cancel.reason, wish.reason);
  }

  /** While an execution waits for an answer its session asks, and only then. */
  private checkAsked({ id, asks, isEvicted }: PlayedSession): void {
    if (isEvicted) return;
    const isWaiting = asks.some(({ asked }) => !asked.isAnswered && asked.error === undefined);
    assert.equal(this.world.registry.state(id).state === 'paused', isWaiting);
  }

  private checkEnded(session: PlayedSession): void {
    this.check(session);
    const last = this.world.store.events(session.id).at(-1);
    assert.ok(last?.kind === 'state-transition' && last.outcome !== undefined);
    assert.deepEqual(session.outcome, last.outcome, 'who waited was told');
    for (const { asked } of session.asks) {
      assert.ok(asked.isAnswered !== (asked.error !== undefined), 'each question came to one end');
    }
  }

  private async readOut(played: PlayedObserver): Promise<void> {
    await settle();
    assert.ok(!played.isWaiting, 'whoever waits is told of the end');
    if (this.fault) throw this.fault;
    if (!played.isOpen) return void played.observer.dispose();
    for (;;) {
      const told = await played.observer.next();
      played.accept(told);
      if (told.kind === 'closed') break;
    }
    const count = this.world.store.events(played.session.id).length;
    assert.equal(played.nextSequence, count + 1, 'told or counted, all of it');
    if (played.options.capacity > count)
      assert.equal(played.missed, 0, 'lost although there was room');
  }
}

function pick<T>(items: readonly T[], which: number): T | undefined {
  return items.length === 0 ? undefined : items[which % items.length];
}

function payloadFor(ids: readonly string[], how: string): ResumePayload {
  const [first = 'q-0'] = ids;
  const all = ids.map((id) => answer(id));
  const batch = (responses: readonly ReturnType<typeof answer>[]): ResumePayload => ({
    kind: 'batch',
    responses,
  });
  const isSingle = ids.length === 1;
  switch (how) {
    case 'partial':
      return batch(all.slice(1));
    case 'unknown':
      return isSingle ? { kind: 'single', ...answer('q-x') } : batch([...all, answer('q-x')]);
    case 'kind':
      return isSingle ? batch(all) : { kind: 'single', ...answer(first) };
    case 'stale':
      return { kind: 'single', ...answer('q-old') };
    case 'twice':
      return batch([...all, ...all]);
    default:
      return isSingle ? { kind: 'single', ...answer(first) } : batch(all);
  }
}
