import { copilotAcp } from '../support/agents/acp/copilotAcp.ts';
import { provesSessions } from '../support/agents/acp/provesSessions.ts';

describe('a real Copilot CLI in a session of the command line', () => provesSessions(copilotAcp));
