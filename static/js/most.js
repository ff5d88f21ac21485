// What is longer than the server takes is told at its field, before it is sent.
on('input', ({ target: t }) => {
  if (!t.matches?.('[data-most]')) return;
  const most = +t.dataset.most;
  const long = t.value.length > most || new Blob([t.value]).size > most;
  t.setCustomValidity(long ? `This may have at most ${most / 1024} KiB. Shorten it.` : '');
});
