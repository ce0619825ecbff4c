// Loaded into every measured process before its program (`node --import`): answers what the process itself has used.
// The kernel's own account of the whole process, all threads, user and system: nobody else's work is in it.
// Plain JavaScript: the compiled server must not load Node's TypeScript support on our account.

process.on('message', (message) => {
  if (message.ask !== 'usage') return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const answer = { cpu: userCPUTime + systemCPUTime, rss: process.memoryUsage.rss(), peakRss: maxRSS * 1024 };
  process.send?.({ id: message.id, answer });
});
// A benchmark that was killed leaves no process behind.
process.on('disconnect', () => process.exit(1));
