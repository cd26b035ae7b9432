import { abandonedBranch, demoPerson } from './demoCast.ts';

/** What a person reads when the demo is ready. */
export function introduction(at: { readonly folder: string; readonly window?: string }): string {
  const lookAt = [
    `${demoPerson.name} at the top of the tree, her agents below her, and whom they spawned.`,
    'A pause of the mouse over an agent: its task, and tokens and dollars that grow as it works.',
    `OpenCode was killed without a word and still holds ${abandonedBranch}: reap it on its row.`,
    'File Locks below the agents: who holds which file, and who waits for one. The explorer has badges.',
    'src/checkout.ts in the editor: who holds it stands above its first line. Type, and you are warned.',
  ];
  return [
    '',
    'The demo is ready: agents at work in a repository, each of them a real process.',
    '',
    `  Repository   ${at.folder}`,
    ...(at.window === undefined ? [] : [`  VS Code      ${at.window}`]),
    '',
    ...(at.window === undefined
      ? [`See them: node dist/cli.cjs list --root ${at.folder}`]
      : [
          'Click the icon of Heddle Agents in the activity bar, then look at',
          ...lookAt.map((line, index) => `  ${index + 1}. ${line}`),
        ]),
    '',
    'Press Ctrl-C to end. Nothing of it is left behind.',
    '',
  ].join('\n');
}
