// Menus: popovers open, close and give focus back by themselves; here are arrows and type-ahead.
on(
  'toggle',
  (e) => {
    const m = e.target;
    if (m.matches?.('.menu[popover]') && e.newState === 'open') $('[role^=menuitem]', m)?.focus();
  },
  true,
);
on('keydown', (e) => {
  const m = e.target.closest?.('[role=menu]');
  if (!m) return;
  const items = $$('[role^=menuitem]', m),
    i = items.indexOf(e.target);
  const go = (n) => {
    items[(n + items.length) % items.length].focus();
    e.preventDefault();
  };
  if (e.key === 'ArrowDown') go(i + 1);
  else if (e.key === 'ArrowUp') go(i - 1);
  else if (e.key === 'Home') go(0);
  else if (e.key === 'End') go(-1);
  else if (e.key === 'Tab') m.hidePopover();
  else if (e.key.length === 1 && /\S/.test(e.key)) {
    const f = items.findIndex(
      (x, k) => k > i && x.textContent.trim().toLowerCase().startsWith(e.key.toLowerCase()),
    );
    go(
      f < 0
        ? items.findIndex((x) => x.textContent.trim().toLowerCase().startsWith(e.key.toLowerCase()))
        : f,
    );
  }
});
// What was chosen closes its menu; the page may stay.
on('click', (e) => {
  e.target.closest?.('.menu[popover] [role^=menuitem]')?.closest('.menu').hidePopover();
});
