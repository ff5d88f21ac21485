// Lists of values: a comma, a semicolon, a line or Enter adds what was typed or pasted; the server splits it.
// Backspace in the empty field takes the last value back.
on('input', (e) => {
  const t = e.target;
  if (!t.matches?.('[data-values]') || e.isComposing) return;
  const ends = e.inputType === 'insertFromPaste' ? /[\n\t,;]/ : /[\n\t]|[,;]\s*$/;
  if (ends.test(t.value) && !/^\s*"[^"]*$/.test(t.value)) $('.add-values', t.parentNode).click();
});
on('keydown', (e) => {
  if (e.key === 'Backspace' && e.target.matches?.('[data-values]') && !e.target.value)
    $$('.chip button', e.target.parentNode).at(-1)?.click();
});
// What was sent has become values; what was typed since stays.
const sentValues = new WeakMap();
on('htmx:beforeSend', (e) => {
  if (!e.detail.elt.matches?.('.add-values')) return;
  const t = $('[data-values]', e.detail.elt.parentNode);
  sentValues.set(e.detail.xhr, { id: t.id, text: t.value });
});
on(
  'htmx:afterSwap',
  (e) => {
    const sent = sentValues.get(e.detail.xhr);
    const since = sent && typed.get(sent.id);
    if (!since?.value.startsWith(sent.text)) return;
    since.value = since.value.slice(sent.text.length);
    since.caret = since.value.length;
  },
  true, // before it is put back
);
