// Polling that rests while the tab is hidden: hx-trigger="poll from:body".
setInterval(() => {
  if (!document.hidden) htmxTrigger('poll');
}, 15000);
on('visibilitychange', () => {
  if (!document.hidden) htmxTrigger('poll');
});
function htmxTrigger(n) {
  document.body.dispatchEvent(new CustomEvent(n, { bubbles: true }));
}
