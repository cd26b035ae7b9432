/**
 * Stands in for the compiled `@vscode/native-watchdog`, which an installation without scripts
 * lacks: a process of VS Code ends when the one that started it is gone.
 */
exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(87);
    }
  }, 1_000).unref();
};

exports.exit = (code) => process.exit(code ?? 0);
