import type { HarnessId, ReportedUsage, WaitReason } from './harnessEvent.ts';
import type { HookSettings } from './hookSettings.ts';
import { isInLongCall, type RunningTool, type SessionAgent } from './sessionAgent.ts';
import type { SessionState } from './sessionState.ts';

/** What an agent does now, by what its hooks or its session told. The object stays the same while it looks the same. */
export interface AgentNow {
  readonly entryId: string;
  /** Undefined for one that is none of those we know. */
  readonly harness: HarnessId | undefined;
  readonly phase: 'working' | 'waiting' | 'idle' | 'quiet' | 'ended';
  /** Since when it is in this phase. */
  readonly sinceMs: number;
  readonly waitsFor: { readonly reason: WaitReason; readonly text: string | undefined } | undefined;
  /** The newest call that goes on. */
  readonly tool: RunningTool | undefined;
  readonly childType: string | undefined;
  readonly model: string | undefined;
  readonly transcriptPath: string | undefined;
  readonly usage: ReportedUsage | undefined;
  /** When it becomes quiet if nothing more is heard of it; undefined for one that does not work. */
  readonly quietAtMs: number | undefined;
}

const noGrowth: ReadonlyMap<string, number> = new Map();

/** The agents of a session as of an instant. Objects of `before` are used again where nothing changed. */
export function agentsNow(
  { header, agents }: SessionState,
  {
    nowMs,
    settings,
    before,
    growth = noGrowth,
  }: {
    readonly nowMs: number;
    readonly settings: Pick<HookSettings, 'quietMs' | 'quietInToolMs'>;
    readonly before: ReadonlyMap<string, AgentNow>;
    /** When the transcripts of agents last grew, by entry. */
    readonly growth?: ReadonlyMap<string, number> | undefined;
  },
): readonly AgentNow[] {
  const signMs = (agent: SessionAgent): number =>
    Math.max(agent.lastEventMs, growth.get(agent.entryId) ?? 0);
  const children = [...agents.values()].filter(
    ({ childKey, phase }) => childKey !== undefined && phase !== 'ended',
  );
  return [...agents.values()].map((agent) => {
    const known = before.get(agent.entryId);
    // Whoever waits for its children is not silent while they work.
    const signs = agent.childKey === undefined ? [agent, ...children] : [agent];
    const lastSignMs = signs.reduce((newest, each) => Math.max(newest, signMs(each)), 0);
    const quietAtMs = quietAt(agent, { lastSignMs, ...settings });
    const isQuiet = quietAtMs !== undefined && quietAtMs <= nowMs;
    const next: AgentNow = {
      entryId: agent.entryId,
      harness: header.harness,
      phase: isQuiet ? 'quiet' : agent.phase,
      sinceMs: isQuiet ? lastSignMs : agent.sinceMs,
      waitsFor: agent.phase === 'waiting' ? agent.waitsFor : undefined,
      tool: agent.phase === 'working' ? [...agent.tools.values()].at(-1) : undefined,
      childType: agent.childType,
      model: agent.childKey === undefined ? header.model : undefined,
      transcriptPath: agent.transcriptPath,
      usage: agent.usage,
      quietAtMs,
    };
    // When it would become quiet moves with every event, and shows nowhere.
    return known && isSame(known, next) ? Object.assign(known, { quietAtMs }) : next;
  });
}

function quietAt(
  { phase, tools }: SessionAgent,
  {
    lastSignMs,
    quietMs,
    quietInToolMs,
  }: Pick<HookSettings, 'quietMs' | 'quietInToolMs'> & { readonly lastSignMs: number },
): number | undefined {
  if (phase !== 'working') return undefined;
  return lastSignMs + (isInLongCall({ tools }) ? quietInToolMs : quietMs);
}

function isSame(a: AgentNow, b: AgentNow): boolean {
  return (
    a.entryId === b.entryId &&
    a.phase === b.phase &&
    a.sinceMs === b.sinceMs &&
    a.tool === b.tool &&
    a.waitsFor?.reason === b.waitsFor?.reason &&
    a.waitsFor?.text === b.waitsFor?.text &&
    a.usage === b.usage &&
    a.model === b.model &&
    a.transcriptPath === b.transcriptPath
  );
}
