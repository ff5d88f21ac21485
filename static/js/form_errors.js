// A form that comes back with 422: go to the summary of errors, or to the only bad field.
on('htmx:afterSettle', (e) => {
  if (e.detail.xhr?.status !== 422) return;
  const r = e.detail.elt.isConnected ? e.detail.elt : document;
  (
    $('.error-summary', r) ||
    $('[aria-invalid=true]', r) ||
    $('.error-summary') ||
    $('[aria-invalid=true]')
  )?.focus();
});
