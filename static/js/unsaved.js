// Unsaved changes: <form data-guard>.
const dirty = (f) =>
  [...f.elements].some(
    (x) =>
      x.name &&
      !x.disabled &&
      x.nodeName !== 'BUTTON' &&
      (x.type === 'checkbox' || x.type === 'radio'
        ? x.checked !== x.defaultChecked
        : x.options
          ? [...x.options].some((o) => o.selected !== o.defaultSelected)
          : x.value !== x.defaultValue),
  ) || f.dataset.moved || !!$('[data-unsaved]', f);
addEventListener('beforeunload', (e) => {
  if ($$('form[data-guard]').some((f) => dirty(f) && !f.dataset.sent)) e.preventDefault();
});
// What sends the form, or a dialog that carries it, leaves the page on purpose; unless the answer
// turns out to stay on it.
const guards = () => $$('form[data-guard]');
on('submit', (e) => {
  if (e.target.matches('[data-guard], [data-carries]')) for (const f of guards()) f.dataset.sent = '1';
});
on('htmx:afterRequest', (e) => {
  if (!e.detail.elt.matches?.('[data-guard], [data-carries]')) return; // a preview may come in between
  const x = e.detail.xhr;
  const leaves = ['HX-Redirect', 'HX-Location', 'HX-Refresh'].some((n) => x.getResponseHeader(n));
  if (!leaves) for (const f of guards()) delete f.dataset.sent;
});
on('click', (e) => {
  if (e.target.closest('[data-discard]')) for (const f of guards()) f.dataset.sent = '1';
});
// The server has changed the structure: what is typed counts as changed although it is what came.
on('htmx:afterSwap', (e) => {
  const f = e.detail.elt.closest?.('form[data-guard]');
  const t = e.detail.target;
  // What only tells of the form is no part of it.
  if (!f || t === f || t.matches('#words, [role="status"], [aria-live]') || !f.contains(t)) return;
  f.dataset.moved = '1';
  f.toggleAttribute('data-dirty', true);
});
// links inside the page ask through <dialog id="leave"> (Stay / Leave); the address bar and tab close ask through beforeunload
on('click', (e) => {
  const a = e.target.closest('a[href]'),
    d = $('#leave'),
    f = $('form[data-guard][data-dirty]');
  if (
    !a ||
    !d ||
    !f ||
    e.defaultPrevented ||
    e.metaKey ||
    e.ctrlKey ||
    e.shiftKey ||
    a.target ||
    a.hasAttribute('hx-get') ||
    a.closest('dialog') ||
    a.hasAttribute('data-discard') ||
    a.getAttribute('href').startsWith('#') ||
    !dirty(f)
  )
    return;
  e.preventDefault();
  $('[data-leave]', d).onclick = () => {
    f.dataset.sent = '1';
    location.href = a.href;
  };
  d.showModal();
});
const markDirty = (e) => {
  const f = e.target.closest?.('form[data-guard]');
  if (!f) return;
  delete f.dataset.sent; // a dialog that asked first was closed
  f.toggleAttribute('data-dirty', !!dirty(f));
};
on('input', markDirty);
on('change', markDirty);
