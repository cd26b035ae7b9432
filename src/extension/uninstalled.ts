import { homedir } from 'node:os';
import { join } from 'node:path';
import { forgetProgram } from '../node/connecting/forgetProgram.ts';

// The editor runs this, outside of any window, when it removes the extension. Nobody reads what it says.
forgetProgram(homedir(), join(__dirname, 'cli.cjs')).catch(() => undefined);
