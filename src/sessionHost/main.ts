import { systemClock } from '../base/clock.ts';
import { errorText } from '../base/errorText.ts';
import { createExecutor } from './hostExecutor.ts';
import { hostProcess } from './hostProcess.ts';

// The one place where the executor of the sessions is chosen.
void hostProcess(createExecutor, systemClock).catch((error: unknown) => {
  process.stderr.write(`heddle-agents session-host: ${errorText(error)}\n`);
  process.exitCode = 1;
});
