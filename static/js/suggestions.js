// Names and values to choose from. Without script the browser shows its own list; ours also says
// how many have a value, offers a name that is new, and stands at fields of several lines too.
const box = () => $('#suggestions');
let field; // at which they are offered
const ours = () => {
  for (const f of $$('[role=combobox][list]')) {
    f.dataset.list = f.getAttribute('list');
    f.removeAttribute('list');
  }
};
ours();
on('htmx:afterSwap', ours);
const shut = () => {
  if (!field) return;
  box()?.hidePopover();
  box()?.replaceChildren();
  if (field.hasAttribute('aria-expanded')) field.setAttribute('aria-expanded', 'false');
  field.removeAttribute('aria-activedescendant');
  field = null;
};
const offer = (f) => {
  shut();
  const text = f.value.trim(),
    all = [...(document.getElementById(f.dataset.list)?.options ?? [])],
    rows = all.filter((o) => o.value.toLowerCase().includes(text.toLowerCase())).slice(0, 50);
  if (rows.length === 1 && rows[0].value === text) return;
  const said = rows.map((o) => [o.value, o.label || o.value]);
  if (f.dataset.new !== undefined && text && !all.some((o) => o.value === text))
    said.push([text, `Use “${text}”`]);
  if (!said.length) return;
  field = f;
  box().replaceChildren(
    ...said.map(([value, label], k) => {
      const row = document.createElement('li');
      Object.assign(row, { id: `suggestion-${k}`, role: 'option', textContent: label });
      row.setAttribute('aria-selected', 'false');
      row.dataset.value = value;
      return row;
    }),
  );
  box().showPopover({ source: f });
  if (f.hasAttribute('aria-expanded')) f.setAttribute('aria-expanded', 'true');
};
const take = (value) => {
  const f = field;
  shut();
  f.value = f.matches('[data-values]') ? `"${value.replaceAll('"', '""')}"\n` : value;
  for (const type of ['input', 'change']) f.dispatchEvent(new Event(type, { bubbles: true }));
};
const offered = (e) => field && e.target.closest?.('#suggestions [role=option]');
on('input', (e) => e.isTrusted && e.target.dataset?.list && offer(e.target));
on('click', (e) => {
  const row = offered(e);
  if (row) take(row.dataset.value);
  else if (e.target.dataset?.list && e.target !== field) offer(e.target);
});
on('mousedown', (e) => offered(e) && e.preventDefault()); // the field keeps the focus
on('focusout', (e) => e.target === field && shut());
on('htmx:beforeSwap', (e) => e.detail.target.contains(field) && shut());
on(
  'keydown',
  (e) => {
    if (!e.target.dataset?.list || e.isComposing) return;
    if (e.key === 'ArrowDown' && !field) offer(e.target);
    else if (e.key === 'Escape' && field) {
      shut();
      e.preventDefault();
      e.stopPropagation();
    } else if (e.key === 'Enter' && e.target.nodeName === 'INPUT' && !$('[aria-selected=true]', box())) {
      // What was typed is chosen; the form is not sent yet, and never from a name.
      if (field || e.target.dataset.new !== undefined) e.preventDefault();
      if (field) take(field.value);
    }
  },
  true,
);
