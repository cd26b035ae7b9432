import { RequestError, client, methods, type ClientApp } from '@agentclientprotocol/sdk';
import {
  elicitationAnswer,
  elicitationQuestion,
  toElicitation,
  type ElicitationAnswer,
} from '../../core/acp/elicitation.ts';
import { AskRefused } from '../../core/sessions/sessionExecutor.ts';
import type { Turn } from './turn.ts';

/** Leaves checking to whoever takes it: this product reads more than the official schema lets through. */
const asItCame = (params: unknown): unknown => params;

/** Everything that an agent may ask of us. */
export function clientApp(turn: Turn): ClientApp {
  const { permissions } = turn;
  const { session, elicitation } = methods.client;
  const app = client({ name: 'heddle-agents' })
    .onRequest(session.requestPermission, asItCame, ({ params, signal }) =>
      permissions.answer(params, signal),
    )
    .onRequest(elicitation.create, asItCame, ({ params, signal }) => elicit(turn, params, signal))
    .onNotification(elicitation.complete, asItCame, () => undefined)
    // Whatever else an agent tells may be ignored.
    .onNotification('*', () => undefined);
  return withTerminals(withFiles(app, turn), turn);
}

function withFiles(app: ClientApp, { files }: Turn): ClientApp {
  const { fs } = methods.client;
  return app
    .onRequest(fs.readTextFile, async ({ params }) => ({
      content: await files.read(params.path, params),
    }))
    .onRequest(fs.writeTextFile, async ({ params }) => {
      await files.write(params.path, params.content);
    });
}

function withTerminals(app: ClientApp, { terminals }: Turn): ClientApp {
  const { terminal } = methods.client;
  return app
    .onRequest(terminal.create, async ({ params }) => ({
      terminalId: await terminals.create(params),
    }))
    .onRequest(terminal.output, ({ params }) => terminals.output(params.terminalId))
    .onRequest(terminal.waitForExit, ({ params }) => terminals.waitForExit(params.terminalId))
    .onRequest(terminal.kill, ({ params }) => terminals.kill(params.terminalId))
    .onRequest(terminal.release, ({ params }) => terminals.release(params.terminalId));
}

async function elicit(
  { control }: Pick<Turn, 'control'>,
  params: unknown,
  withdrawn: AbortSignal,
): Promise<ElicitationAnswer> {
  const asked = toElicitation(params);
  if (asked === undefined) throw RequestError.invalidParams();
  try {
    const [answer] = await control.ask([elicitationQuestion(asked)], { withdrawn });
    return elicitationAnswer(asked, answer?.response ?? { kind: 'declined' });
  } catch (error) {
    if (error instanceof AskRefused) return { action: 'cancel' };
    throw error;
  }
}
