// Combobox with a list of links or buttons; focus stays in the input.
on('keydown', (e) => {
  const c = e.target;
  if (c.getAttribute?.('role') !== 'combobox' || e.isComposing) return;
  const box = document.getElementById(c.getAttribute('aria-controls')),
    o = $$('[role=option]', box || undefined);
  if (!o.length) return;
  let k = o.findIndex((x) => x.getAttribute('aria-selected') === 'true');
  const d = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (d) {
    e.preventDefault();
    o[k]?.setAttribute('aria-selected', 'false');
    k = (k + d + o.length) % o.length;
    o[k].setAttribute('aria-selected', 'true');
    c.setAttribute('aria-activedescendant', o[k].id);
    o[k].scrollIntoView({ block: 'nearest' });
  } else if (e.key === 'Enter' && k >= 0) {
    e.preventDefault();
    $('a, button', o[k])?.click();
  }
});
