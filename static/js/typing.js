// An answer takes nothing of what is typed while it is on its way: it knows what was there when it
// was asked for.
const typed = new Map(), // by id: when, what, and where the caret was
  asked = new WeakMap(), // by request: when
  restored = new Set();
on('input', ({ target: t }) => {
  const { value, checked, selectionStart: caret } = t;
  if (t.id) typed.set(t.id, { at: performance.now(), value, checked, caret });
});
on('htmx:beforeSend', (e) => asked.set(e.detail.xhr, performance.now()));
on('htmx:afterSwap', (e) => {
  const since = asked.get(e.detail.xhr);
  for (const [id, { at, value, checked, caret }] of [...typed]) {
    const field = document.getElementById(id);
    if (!field || !(at > since)) typed.delete(id);
    else if (field.value !== value || field.checked !== checked) {
      Object.assign(field, { value, checked });
      if (caret != null) field.setSelectionRange?.(caret, caret);
      restored.add(field);
    }
  }
});
// Only now does whatever follows the typing listen again.
on('htmx:afterSettle', () => {
  for (const field of restored) field.dispatchEvent(new Event('input', { bubbles: true }));
  restored.clear();
});
