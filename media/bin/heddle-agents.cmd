@echo off
rem Runs the command line of Heddle Agents on the node of the PATH, else on the editor's own runtime.
where node >nul 2>nul
if %errorlevel% equ 0 (
  node "%~dp0..\..\dist\cli.cjs" %*
  exit /b %errorlevel%
)
if defined HEDDLE_AGENTS_NODE (
  setlocal
  set ELECTRON_RUN_AS_NODE=1
  "%HEDDLE_AGENTS_NODE%" "%~dp0..\..\dist\cli.cjs" %*
  exit /b %errorlevel%
)
echo heddle-agents: Node.js 20 or newer is needed; install it or open a terminal in VS Code. 1>&2
exit /b 1
