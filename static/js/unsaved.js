// Unsaved changes: <form data-guard>.
const dirty = (f) =>
  [...f.elements].some(
    (x) =>
      x.name &&
      !x.disabled &&
      (x.type === 'checkbox' || x.type === 'radio'
        ? x.checked !== x.defaultChecked
        : x.options
          ? [...x.options].some((o) => o.selected !== o.defaultSelected)
          : x.value !== x.defaultValue),
  ) || f.dataset.moved || !!$('[data-unsaved]', f);
addEventListener('beforeunload', (e) => {
  if ($$('form[data-guard]').some((f) => dirty(f) && !f.dataset.sent)) e.preventDefault();
});
on('submit', (e) => {
  if (e.target.matches('[data-guard]')) e.target.dataset.sent = '1';
});
on('htmx:afterRequest', (e) => {
  const f = e.detail.elt.closest?.('form[data-guard]');
  if (f && !e.detail.successful) delete f.dataset.sent;
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
