// What the other files use. The build joins all of them, this one first, into one function.
// The server owns state: these files only move focus, keys and pixels.
const $ = (s, r = document) => r.querySelector(s),
  $$ = (s, r = document) => [...r.querySelectorAll(s)];
const on = (t, f, o) => document.addEventListener(t, f, o);
const say = (text) => {
  const l = $('#live');
  if (!l) return;
  l.textContent = '';
  setTimeout(() => (l.textContent = text), 100);
};
