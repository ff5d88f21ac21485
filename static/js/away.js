// The database is away: a bar says so until it is back. A page that could show nothing else is
// loaded anew then.
let looking;
const lookForDatabase = () => {
  const bar = $('#away');
  if (bar) bar.hidden = false;
  looking ??= setInterval(async () => {
    const answer = await fetch('/health/ready/control', { cache: 'no-store' }).catch(() => {});
    if (!answer?.ok) return;
    clearInterval(looking);
    looking = undefined;
    if ($('[data-away]')) location.reload();
    if (bar) bar.hidden = true;
    say('The database is back.');
  }, 5000);
};
on('database:away', lookForDatabase);
if ($('[data-away]')) lookForDatabase();
