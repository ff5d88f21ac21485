// A session that ended: the page stays as it is, the login comes in a dialog over it, and after it
// every form of the page gets the token of the new session. Nothing typed is lost.
on('login:needed', () => {
  const body = $('#modal-body');
  if (body && !$('form[data-login]', body))
    htmx.ajax('GET', '/login', { target: body, swap: 'innerHTML' });
});
on('login:done', (e) => {
  for (const i of $$('input[name=csrf]')) {
    i.value = e.detail.csrf;
    i.defaultValue = e.detail.csrf;
  }
  modal()?.close();
  say('You are logged in again. Nothing was lost.');
});
// A page that a browser kept aside may be somebody's who has logged out since: it is asked for anew.
addEventListener('pageshow', (e) => e.persisted && location.reload());
