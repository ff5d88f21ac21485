// The editor of experiences: a key that is made from the name, a list that is filtered, a segment
// that was just created, and the field to go on with.
const keyOf = (name) =>
  name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 90)
    .replace(/_+$/, '');
on('input', (e) => {
  const made = $(`[data-made-from="${CSS.escape(e.target.id || ' ')}"]`);
  if (!made || (made.value && made.value !== made.dataset.made)) return;
  made.value = made.dataset.made = keyOf(e.target.value);
});
on('input', (e) => {
  const list = document.getElementById(e.target.dataset?.filter);
  if (!list) return;
  const wanted = e.target.value.trim().toLowerCase();
  for (const li of list.children) li.hidden = !li.textContent.toLowerCase().includes(wanted);
});
on('click', (e) => {
  e.target.closest('.add-menu')?.contains(e.target.closest('a, button')) &&
    e.target.closest('.add-menu').hidePopover();
});
on('segment:created', (e) => {
  const b = $('[data-add-created]');
  if (!b) return;
  b.value = 'add:segment:' + e.detail.slug;
  b.click();
});
on('htmx:afterSettle', (e) => {
  const f = $('[autofocus]', e.detail.elt);
  if (!f || !f.closest('#editor')) return;
  f.focus();
  if (f.type === 'number') f.select();
});
// A value that is typed is no default any more; the default takes the text away, and gives it back.
on('input', ({ target: t }) => {
  const cell = t.closest?.('.cell'),
    tick = cell && $('[type=checkbox]', cell),
    text = cell && $('textarea, .input', cell);
  if (!tick || !text) return;
  if (t === text) tick.checked = false;
  else if (tick.checked) [text.dataset.was, text.value] = [text.value, ''];
  else [text.value] = [text.dataset.was || ''];
});
// A preview that is taken out of the page while it is asked for: the answer would have no place.
on('htmx:beforeCleanupElement', (e) => {
  if (e.target.matches?.('[hx-trigger*="delay:"]')) htmx.trigger(e.target, 'htmx:abort');
});
