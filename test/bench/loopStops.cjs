// How long the event loop of this process stands still: as the clock says, and how much of that was work
// of its own at most, since the rest it waited for a processor, as everybody does on a small machine with
// much to do. As a program: a process that does nothing.
const intervalMs = 1;

/** Processor time of all threads of this process. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Begins to measure; what it returns stops and says what was found. */
exports.watchLoop = () => {
  let [stopMs, workMs] = [0, 0];
  let [lastMs, lastWorkMs] = [performance.now(), processorMs()];
  const timer = setInterval(() => {
    const [nowMs, nowWorkMs] = [performance.now(), processorMs()];
    const elapsedMs = nowMs - lastMs;
    stopMs = Math.max(stopMs, elapsedMs - intervalMs);
    workMs = Math.max(workMs, Math.min(elapsedMs, nowWorkMs - lastWorkMs));
    [lastMs, lastWorkMs] = [nowMs, nowWorkMs];
  }, intervalMs);
  return () => {
    clearInterval(timer);
    return { stopMs, workMs };
  };
};

if (require.main === module) {
  const end = exports.watchLoop();
  console.log('{}');
  process.stdin.resume().on('end', () => {
    console.log(JSON.stringify(end()));
    process.exit(0);
  });
}
