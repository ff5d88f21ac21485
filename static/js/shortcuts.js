// Single keys (off in fields, and with data-keys="off" on <html>: WCAG 2.1.4), command palette, rows of a list.
let lead = 0;
on('keydown', (e) => {
  if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'k') {
    e.preventDefault();
    $('[data-palette]')?.click();
    return;
  }
  if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 's') {
    const b = $('[data-save]');
    if (b) {
      e.preventDefault();
      b.click();
    }
    return;
  }
  if (
    e.metaKey ||
    e.ctrlKey ||
    e.altKey ||
    e.target.closest('input, textarea, select, [contenteditable], dialog, .menu') ||
    document.documentElement.dataset.keys === 'off'
  )
    return;
  if (Date.now() - lead < 900) {
    lead = 0;
    const a = $(`[data-go="${CSS.escape(e.key)}"]`);
    if (a) {
      e.preventDefault();
      a.click();
    }
    return;
  }
  if (e.key === 'g') lead = Date.now();
  else {
    const b = $(`[data-key="${CSS.escape(e.key)}"]`);
    if (b) {
      e.preventDefault();
      b.matches('input') ? b.focus() : b.click();
    }
  }
});
on('keydown', (e) => {
  if (
    !'jkx'.includes(e.key) ||
    e.key.length > 1 ||
    e.metaKey ||
    e.ctrlKey ||
    e.altKey ||
    e.target.closest('input:not(.pick, .switch), textarea, select, dialog, .menu') ||
    document.documentElement.dataset.keys === 'off'
  )
    return;
  const l = $$('.row-link');
  if (!l.length) return;
  const k = l.findIndex((a) => a.closest('tr').contains(document.activeElement));
  if (e.key === 'x') {
    if (k >= 0) $('.pick', l[k].closest('tr'))?.click();
  } else (l[Math.max(0, Math.min(l.length - 1, k + (e.key === 'j' ? 1 : -1)))] || l[0]).focus();
});
