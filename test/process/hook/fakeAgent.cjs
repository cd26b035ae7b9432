// Stands for the process of a coding agent: it runs the hooks that it is told to run, as its children.
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

createInterface({ input: process.stdin }).on('line', (text) => {
  const { id, cli, args, input, env, cwd } = JSON.parse(text);
  const child = spawn(process.execPath, [cli, 'hook', ...args], {
    cwd,
    env: { ...process.env, ...env },
  });
  const end = { id, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => (end.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk) => (end.stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(Buffer.from(input, 'base64'));
  child.on('close', (code) => process.stdout.write(`${JSON.stringify({ ...end, code })}\n`));
});
