import { toAgentUpdate } from '../../core/acp/acpUpdate.ts';
import { nameOf, tableOf } from '../../core/acp/wireFields.ts';
import type { AgentUpdate, Cost } from '../../core/sessions/agentUpdate.ts';
import { boundedUpdate, withShortTexts } from './boundedUpdate.ts';
import type { Turn } from './turn.ts';

const maxMessageLength = 100_000;

/** Hands on what an agent tells, in the order in which it does. */
export class UpdateFeed {
  /** Set once it is known; others of the same agent are none of ours. */
  conversationId: string | undefined;
  /** True while an earlier conversation is told again, which has no effects. */
  isReplaying = false;
  /** What the conversation has cost, as the agent told it last. */
  cost: Cost | undefined;
  /** How many updates came, of whatever kind. */
  updateCount = 0;
  private message = '';

  constructor(private readonly turn: Pick<Turn, 'control' | 'calls' | 'watch'>) {}

  /** The last that the agent has said, cut where it is very long. */
  get lastMessage(): string {
    return this.message;
  }

  /** Takes the parameters of a `session/update`. Never waits, never throws. */
  take(params: unknown): void {
    this.updateCount += 1;
    const { sessionId, update: told } = tableOf(params);
    const { conversationId } = this;
    if (conversationId !== undefined && nameOf(sessionId) !== conversationId) return;
    const understood = toAgentUpdate(withShortTexts(told));
    if (understood === undefined) return;
    const update = boundedUpdate(understood);
    const { control, calls, watch } = this.turn;
    if (this.isReplaying) {
      control.report({ kind: 'update', update, isReplayed: true });
      return;
    }
    control.report({ kind: 'update', update });
    if (update.kind === 'usage') this.cost = update.cost ?? this.cost;
    this.noteMessage(update);
    const call = calls.note(update);
    if (call) watch.note(call);
  }

  private noteMessage(update: AgentUpdate): void {
    if (update.kind === 'tool-call') this.message = '';
    if (update.kind !== 'message-chunk' || update.role !== 'agent') return;
    if (update.content.kind !== 'text' || this.message.length >= maxMessageLength) return;
    this.message = (this.message + update.content.text).slice(0, maxMessageLength);
  }
}
