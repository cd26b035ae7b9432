import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce, isComplete, npmInstall, timed } from '../../support/vscode/npmInstall.ts';
import { hostCacheDir } from '../../support/vscode/projectPaths.ts';

const npmName = '@modelcontextprotocol/inspector-cli';
const version = '1.0.3';

/**
 * Installs the command line of the protocol's inspector into `.vscode-test`, unless it is there
 * already, and returns the path of its program.
 */
export async function ensureInspector(): Promise<string> {
  const directory = join(hostCacheDir, `mcp-inspector-cli-${version}`);
  if (!(await isComplete(directory))) {
    await timed(`installing ${npmName} ${version}`, () =>
      buildOnce(directory, async (dir) => {
        await npmInstall(dir, [`${npmName}@${version}`]);
        // It reads its name from the package of which it is a folder where both are developed.
        const scope = join(dir, 'node_modules', '@modelcontextprotocol');
        await writeFile(join(scope, 'package.json'), JSON.stringify({ name: npmName, version }));
      }),
    );
  }
  return join(directory, 'node_modules', npmName, 'build', 'index.js');
}
