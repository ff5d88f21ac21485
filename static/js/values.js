// Lists of values: a comma, a line or Enter adds what was typed or pasted; the server splits it.
// Backspace in the empty field takes the last value back.
on('input', (e) => {
  const t = e.target;
  if (!t.matches?.('[data-values]') || e.isComposing) return;
  if (/[\n,]/.test(t.value) && !/^\s*"[^"]*$/.test(t.value)) $('.add-values', t.parentNode).click();
});
on('keydown', (e) => {
  if (e.key === 'Backspace' && e.target.matches?.('[data-values]') && !e.target.value)
    $$('.chip button', e.target.parentNode).at(-1)?.click();
});
