// Rows in an order: by pointer, by keyboard, by menu. The order is that of the hidden inputs.
const rows = (b) => [...b.children].filter((r) => r.hasAttribute('data-rule'));
const name = (r) => r.dataset.name || $('b', r)?.textContent || 'Row';
function place(b) {
  rows(b).forEach((r, k) => {
    const h = $('.grip', r),
      n = rows(b).length;
    $('.pos', h).textContent = k + 1;
    h.setAttribute('aria-label', `Priority ${k + 1} of ${n}, ${name(r)}. Press Space to move`);
  });
}
function done(b) {
  place(b);
  const f = b.closest('form');
  if (f) {
    f.dataset.moved = '1';
    f.toggleAttribute('data-dirty', true);
  }
  b.dispatchEvent(new CustomEvent('moved', { bubbles: true }));
}
function step(r, d) {
  const b = r.parentNode,
    l = rows(b),
    k = l.indexOf(r),
    t = l[k + d];
  if (!t) return false;
  d < 0 ? t.before(r) : t.after(r);
  place(b);
  return true;
}
let held = null; // keyboard: { row, next }
function drop(keep, refocus = true) {
  if (!held) return;
  const { row, next, app } = held;
  held = null;
  row.classList.remove('lifted');
  app.removeAttribute('role');
  const g = $('.grip', row);
  g.setAttribute('aria-pressed', 'false');
  if (!keep) {
    next ? next.before(row) : row.parentNode.append(row);
  }
  place(row.parentNode);
  if (keep) done(row.parentNode);
  if (refocus) g.focus();
  const l = rows(row.parentNode);
  say(
    keep
      ? `${name(row)} is now priority ${l.indexOf(row) + 1} of ${l.length}. Not published yet.`
      : `Move cancelled. ${name(row)} is priority ${l.indexOf(row) + 1}.`,
  );
}
on('keydown', (e) => {
  const g = e.target.closest?.('.grip');
  if (!g || g.disabled) return;
  const r = g.closest('[data-rule]'),
    b = r.parentNode;
  if (!held && (e.key === ' ' || e.key === 'Enter')) {
    e.preventDefault();
    const app = g.closest('td');
    app.setAttribute('role', 'application');
    held = { row: r, next: r.nextElementSibling, app };
    r.classList.add('lifted');
    g.setAttribute('aria-pressed', 'true');
    say(`${name(r)} lifted. Up and Down move it, Space drops it, Escape cancels.`);
  } else if (held && held.row === r) {
    if (e.key === 'ArrowUp' || e.key === 'ArrowDown') {
      e.preventDefault();
      const ok = step(r, e.key === 'ArrowUp' ? -1 : 1);
      g.focus();
      const l = rows(b);
      say(
        ok
          ? `Priority ${l.indexOf(r) + 1} of ${l.length}`
          : e.key === 'ArrowUp'
            ? 'Already first'
            : 'Already last',
      );
    } else if (e.key === ' ' || e.key === 'Enter') {
      e.preventDefault();
      drop(true);
    } else if (e.key === 'Escape' || e.key === 'Tab') {
      if (e.key === 'Escape') e.preventDefault();
      drop(e.key === 'Tab');
    }
  }
});
on('click', (e) => {
  const m = e.target.closest('[data-move]');
  if (!m) return;
  e.preventDefault(); // without script the button asks the server
  const r = document.getElementById(m.dataset.row) || m.closest('[data-rule]'),
    b = r.parentNode,
    l = rows(b); // menu: Move up / down / to top / to bottom (WCAG 2.5.7)
  const d = m.dataset.move;
  if (d === 'top') l[0].before(r);
  else if (d === 'bottom') l.at(-1).after(r);
  else step(r, d === 'up' ? -1 : 1);
  done(b);
  say(`${name(r)} is now priority ${rows(b).indexOf(r) + 1} of ${l.length}`);
});
// Whoever goes on elsewhere leaves the row where it is.
on('pointerdown', (e) => {
  if (held && !held.row.contains(e.target)) drop(true, false);
});
on('pointerdown', (e) => {
  const g = e.target.closest?.('.grip');
  if (!g || g.disabled || e.button) return;
  const r = g.closest('[data-rule]'),
    b = r.parentNode,
    next = r.nextElementSibling;
  let moved = false;
  e.preventDefault();
  g.focus();
  r.classList.add('lifted');
  const move = (ev) => {
    const over = rows(b).find(
      (x) =>
        x !== r &&
        ev.clientY > x.getBoundingClientRect().top &&
        ev.clientY < x.getBoundingClientRect().bottom,
    );
    if (!over) return;
    const m = over.getBoundingClientRect();
    const after = ev.clientY > m.top + m.height / 2;
    if (after && over.nextElementSibling !== r && over !== r.previousElementSibling) {
      over.after(r);
      moved = true;
    } else if (!after && over.previousElementSibling !== r && over !== r.nextElementSibling) {
      over.before(r);
      moved = true;
    }
    if (moved) place(b);
  };
  const end = (ev) => {
    for (const [t, f] of ears) document.removeEventListener(t, f);
    g.focus();
    r.classList.remove('lifted');
    if (ev.type === 'pointercancel') {
      next ? next.before(r) : b.append(r);
      place(b);
    } else if (moved) {
      done(b);
      say(`${name(r)} is now priority ${rows(b).indexOf(r) + 1}`);
    }
  };
  const ears = [
    ['pointermove', move],
    ['pointerup', end],
    ['pointercancel', end],
  ]; // on document: moving a node in the DOM drops pointer capture
  for (const [t, f] of ears) document.addEventListener(t, f);
});
