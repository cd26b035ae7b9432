import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { heddleRootAt } from '../../../src/node/heddleRoot.ts';
import { JsonlSessionStore } from '../../../src/node/sessions/jsonlSessionStore.ts';
import { sessionsFolder } from '../../../src/node/sessions/sessionsFolder.ts';
import { encodeStartRequest } from '../../../src/node/sessions/startRequest.ts';
import { runSessionHost } from '../../../src/sessionHost/runSessionHost.ts';
import { withTempFolder } from '../../support/tempFolder.ts';

describe('The start of a session host', () => {
  it('fails, with nothing left running, when the session cannot be written down', () =>
    withTempFolder(async (root) => {
      const location = { ...heddleRootAt(root), isPresent: true };
      const spec = { kind: 'run', agent: 'x', prompt: 'Say hello', cwd: root } as const;
      const agent = { id: 'x', name: 'X', command: '/bin/x', args: [] };
      const answers: string[] = [];
      let isEnded = false;
      const exitCode = await runSessionHost(encodeStartRequest({ spec, location, agent }), {
        createExecutor: ({ archive }) => ({
          prepare: () => {
            if (archive instanceof JsonlSessionStore) {
              archive.create = () => Promise.reject(new Error('no space left'));
            }
            return Promise.resolve({
              run: async ({ signal }) => {
                await new Promise((resolve) => {
                  signal.addEventListener('abort', () => resolve(undefined));
                  if (signal.aborted) resolve(undefined);
                });
                isEnded = true;
                return { value: null };
              },
            });
          },
        }),
        ...{ clock: systemClock, logger: silentLogger },
        env: { XDG_RUNTIME_DIR: join(root, 'run') },
        shutdown: new AbortController().signal,
        answer: (line) => answers.push(line),
      });
      equal(exitCode, 1);
      equal(answers.length, 1);
      match(answers[0] ?? '', /"code":"engine".*nothing can be written into/);
      const sockets = join(root, 'run', `heddle-agents-${process.getuid?.() ?? 0}`);
      deepEqual(existsSync(sockets) ? readdirSync(sockets) : [], [], 'and no socket');
      const ids = readdirSync(sessionsFolder(location)).filter((name) => !name.startsWith('.'));
      deepEqual([isEnded, ids], [true, []]);
    }));
});
