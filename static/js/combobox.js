// Combobox with a list of options, perhaps links or buttons; focus stays in the input.
on('keydown', (e) => {
  const c = e.target;
  if (!c.matches?.('[role=combobox], [data-list]') || e.isComposing) return;
  const list = document.getElementById(c.getAttribute('aria-controls')),
    o = list ? $$('[role=option]', list) : [];
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
    ($('a, button', o[k]) ?? o[k]).click();
  }
});
// New options come with the one that is chosen first.
on('htmx:afterSettle', () => {
  for (const c of $$('[role=combobox][aria-controls]')) {
    const list = document.getElementById(c.getAttribute('aria-controls')),
      first = list && $('[role=option][aria-selected="true"]', list);
    if (first) c.setAttribute('aria-activedescendant', first.id);
    else if (list) c.removeAttribute('aria-activedescendant');
  }
});
