import { geminiAcp } from '../support/agents/acp/geminiAcp.ts';
import { provesSessions } from '../support/agents/acp/provesSessions.ts';

describe('a real Gemini CLI in a session of the command line', () => provesSessions(geminiAcp));
