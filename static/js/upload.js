// How far an upload is, in the form that it comes from. The form works without it.
on('htmx:xhr:progress', (e) => {
  const p = $('[data-progress]', e.target);
  const { loaded, total } = e.detail;
  // What comes after the last byte is the answer's own progress.
  if (!p || !total || p.dataset.sent) return;
  const bar = $('progress', p);
  p.hidden = false;
  bar.value = loaded / total;
  $('span', p).textContent = `Uploading, ${Math.floor((loaded / total) * 100)} %`;
  if (loaded < total) return;
  p.dataset.sent = 1;
  bar.removeAttribute('value');
  $('span', p).textContent = 'Saving…';
  say('Saving…');
});
on('htmx:afterRequest', (e) => {
  const p = $('[data-progress]', e.target);
  if (!p) return;
  p.hidden = true;
  delete p.dataset.sent;
});
