import { codexAcp } from '../support/agents/acp/codexAcp.ts';
import { provesSessions } from '../support/agents/acp/provesSessions.ts';

describe('a real Codex in a session of the command line', () => provesSessions(codexAcp));
