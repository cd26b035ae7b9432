import { openCodeAcp } from '../support/agents/acp/openCodeAcp.ts';
import { provesSessions } from '../support/agents/acp/provesSessions.ts';

describe('a real OpenCode in a session of the command line', () => provesSessions(openCodeAcp));
