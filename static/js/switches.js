// Switches that act by themselves: they flip at once, and flip back when the server refuses.
// HX-Trigger: switch:revert puts one back while the server asks for a confirmation first.
on('htmx:beforeRequest', (e) => {
  const s = e.detail.elt;
  if (s.matches?.('.switch')) s.dataset.was = String(!s.checked);
});
const putBack = (s) => {
  if (s.matches?.('.switch') && 'was' in s.dataset) s.checked = s.dataset.was === 'true';
};
['htmx:sendError', 'htmx:timeout'].forEach((n) => on(n, (e) => putBack(e.detail.elt)));
on('htmx:afterRequest', (e) => {
  if (e.detail.xhr.status >= 400) putBack(e.detail.elt);
});
on('switch:revert', (e) => putBack(e.target));
