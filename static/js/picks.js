// Rows that are chosen for what is done with several at once.
const picked = () => {
  const all = $$('.pick'),
    n = all.filter((x) => x.checked).length;
  const head = $('.pick-all'),
    count = $('[data-picked]');
  if (head) {
    head.checked = n > 0 && n === all.length;
    head.indeterminate = n > 0 && n < all.length;
  }
  if (count) count.textContent = `${n} selected`;
};
on('change', ({ target: t }) => {
  if (t.matches('.pick-all')) $$('.pick').forEach((x) => (x.checked = t.checked));
  if (t.matches('.pick, .pick-all')) picked();
});
on('reset', (e) => {
  if (e.target.id !== 'bulk') return;
  // The bar is gone with the last one, and whatever had the focus in it.
  $('.pick:checked')?.focus();
  setTimeout(picked);
});
on('htmx:afterSettle', picked);
