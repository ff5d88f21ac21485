// Slider and number show one value; only the number has a name, so only it is sent.
on('input', (e) => {
  const p = e.target.closest?.('.pct');
  if (!p) return;
  const r = $('[type=range]', p),
    n = $('[type=number]', p),
    s = $('.switch', p);
  if (e.target === r) n.value = r.value;
  else if (e.target === n && n.value !== '') r.value = n.value;
  if (e.target === s) {
    r.disabled = !s.checked;
    n.readOnly = !s.checked;
    p.closest('tr')?.classList.toggle('off', !s.checked);
  }
});
