// Toasts: the server sends them with a page or out of band. Errors stay; the others leave after
// 6 s (with an action: 30 s), unless somebody is at them.
const startToasts = () => {
  for (const w of $$('#toasts > :not(.toast)')) w.replaceWith(...w.childNodes);
  // What was done last is what can be undone.
  const undo = (t) => $('form', t)?.getAttribute('action').split('?')[0];
  $$('#toasts .toast').forEach((t, k, all) => {
    if (undo(t) && all.slice(k + 1).some((later) => undo(later) === undo(t))) t.remove();
  });
  for (const t of $$('#toasts .toast:not([data-seen])')) {
    t.dataset.seen = '';
    if (t.matches('.toast-error')) continue;
    const leave = () => (t.matches(':hover, :focus-within') ? setTimeout(leave, 2000) : t.remove());
    setTimeout(leave, $('form', t) ? 30000 : 6000);
  }
  for (const t of $$('#toasts .toast').slice(0, -3)) t.remove();
};
const toast = (text, isError = true) => {
  const t = document.createElement('div');
  t.className = isError ? 'toast toast-error' : 'toast';
  if (isError) t.setAttribute('role', 'alert');
  const p = document.createElement('p');
  p.textContent = text;
  const close = document.createElement('button');
  close.className = 'btn btn-sm btn-quiet';
  close.type = 'button';
  close.dataset.dismiss = '';
  close.textContent = 'Close';
  t.append(p, close);
  $('#toasts')?.append(t);
  startToasts();
};
on('htmx:oobAfterSwap', startToasts);
on('htmx:afterRequest', (e) => e.detail.elt.closest?.('#toasts .toast')?.remove());
on('click', (e) => e.target.closest('[data-dismiss]')?.closest('.toast').remove());
startToasts();

// What the server refuses it says in the header X-Reason, as a sentence. A conflict is no error to
// htmx, which may have something to show; here it has nothing but the sentence.
on('htmx:afterRequest', (e) => {
  const x = e.detail.xhr;
  if (x.status < 400 || x.status === 401) return;
  const said = x.getResponseHeader('X-Reason');
  if (!said && (x.status === 409 || x.status === 422)) return;
  const reason = said || 'That did not work. Nothing was changed.';
  toast(
    e.detail.elt.matches?.('.switch')
      ? 'Not changed: ' + decodeURIComponent(reason)
      : decodeURIComponent(reason),
  );
});
['htmx:sendError', 'htmx:timeout'].forEach((n) =>
  on(n, () => toast('The server could not be reached. Try again.')),
);
