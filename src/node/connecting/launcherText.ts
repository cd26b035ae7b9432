/**
 * The launcher for POSIX shells. Nothing in it ever depends on a version, and nothing but the program
 * is started: what it needs is built into the shell. Its list of targets is the file `targets` beside
 * it. With nothing to start, a hook reads its input, since some agents insist on that, and ends well.
 */
export const posixLauncher = `#!/bin/sh
# Heddle Agents: starts the newest version that is installed. The settings of coding agents name this
# file, so its path never changes. "heddle-agents connect" writes it.
case $0 in
*/*) folder=\${0%/*} ;;
*) folder=. ;;
esac
cli= node= code=
if [ -r "$folder/targets" ]; then
  while read -r kind version path; do
    case $kind in
    cli) [ -z "$cli" ] && [ -f "$path" ] && cli=$path ;;
    node) [ -z "$node" ] && [ -x "$path" ] && node=$path ;;
    code) [ -z "$code" ] && [ -x "$path" ] && code=$path ;;
    esac
  done <"$folder/targets"
fi
if [ -n "$cli" ]; then
  [ -n "$node" ] && exec "$node" "$cli" "$@"
  command -v node >/dev/null 2>&1 && exec node "$cli" "$@"
  if [ -n "$code" ]; then
    ELECTRON_RUN_AS_NODE=1
    export ELECTRON_RUN_AS_NODE
    exec "$code" "$cli" "$@"
  fi
fi
[ "$1" = hook ] && exec cat >/dev/null
echo "heddle-agents: there is no Heddle Agents, or no Node.js to run it, on this machine." >&2
exit 127
`;

/** The same for Windows. */
export const windowsLauncher = [
  '@echo off',
  'rem Heddle Agents: starts the newest version that is installed. The settings of coding agents name',
  'rem this file, so its path never changes. "heddle-agents connect" writes it.',
  'setlocal EnableExtensions DisableDelayedExpansion',
  'set "cli="',
  'set "node="',
  'set "code="',
  'if exist "%~dp0targets" for /f "usebackq tokens=1,2,*" %%a in ("%~dp0targets") do (',
  '  if "%%a"=="cli" if not defined cli if exist "%%c" set "cli=%%c"',
  '  if "%%a"=="node" if not defined node if exist "%%c" set "node=%%c"',
  '  if "%%a"=="code" if not defined code if exist "%%c" set "code=%%c"',
  ')',
  'if not defined cli goto nothing',
  'if defined node (',
  '  "%node%" "%cli%" %*',
  '  goto done',
  ')',
  'where node >nul 2>nul',
  'if not errorlevel 1 (',
  '  node "%cli%" %*',
  '  goto done',
  ')',
  'if not defined code goto nothing',
  'set "ELECTRON_RUN_AS_NODE=1"',
  '"%code%" "%cli%" %*',
  ':done',
  'exit /b %errorlevel%',
  ':nothing',
  'if "%~1"=="hook" (',
  '  more >nul',
  '  exit /b 0',
  ')',
  'echo heddle-agents: there is no Heddle Agents, or no Node.js to run it, on this machine. 1>&2',
  'exit /b 127',
  '',
].join('\r\n');
