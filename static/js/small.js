// Copying, and Escape out of an inline edit.
on('click', (e) => {
  const b = e.target.closest('[data-copy]');
  if (!b) return;
  navigator.clipboard
    ?.writeText(
      b.dataset.copy || document.getElementById(b.getAttribute('aria-controls')).textContent,
    )
    .then(() => {
      if ($('svg', b)) return toast(`${b.dataset.copy} is copied.`, false);
      const t = b.innerHTML;
      b.textContent = 'Copied';
      say('Copied');
      setTimeout(() => (b.innerHTML = t), 2000);
    });
});
// A link that copies its own address; where that can't be done, it leads there.
on('click', (e) => {
  const a = e.target.closest('a[data-copy-address]');
  if (!a || !navigator.clipboard) return;
  e.preventDefault();
  a.closest('.menu')?.hidePopover();
  navigator.clipboard.writeText(a.href).then(() => toast('The link is copied.', false));
});
on('keydown', (e) => {
  if (e.key === 'Escape' && !e.target.closest('dialog, .menu'))
    e.target.closest('form')?.querySelector('[data-cancel]')?.click();
});
// Copies the JSON that a page shows; where that can't be done, the link leads there.
on('click', (e) => {
  const a = e.target.closest('a[data-copy-json]');
  if (!a || !navigator.clipboard) return;
  e.preventDefault();
  fetch(a.href)
    .then((r) => r.text())
    .then((t) =>
      navigator.clipboard.writeText($('#json', new DOMParser().parseFromString(t, 'text/html')).textContent),
    )
    .then(
      () => toast('The JSON is copied.', false),
      () => (location.href = a.href),
    );
});
