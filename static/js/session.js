// A session that ended: the page stays as it is, the login comes in a dialog over it, and after it
// every form of the page gets the token of the new session. Nothing typed is lost, and nothing is
// sent again by itself.
const renew = (csrf) => {
  for (const i of csrf ? $$('input[name=csrf]') : []) {
    i.value = csrf;
    i.defaultValue = csrf;
  }
};
on('login:needed', () => {
  const body = $('#modal-body');
  if (body && !$('form[data-login]', body))
    htmx.ajax('GET', '/login', { target: body, swap: 'innerHTML' });
});
on('login:done', (e) => {
  renew(e.detail.csrf);
  modal()?.close();
  const done = 'You are logged in again. Nothing was lost.';
  toast(done, false);
  say(done);
});
// Logged in anew in another window: the server has said so, and the next try counts.
on('csrf:renewed', (e) => renew(e.detail.csrf));
// A page that a browser kept aside may be somebody's who has logged out since: it is asked for anew.
addEventListener('pageshow', (e) => e.persisted && location.reload());
