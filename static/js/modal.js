// The dialog: <a href="/…/publish" hx-get="/…/publish" hx-target="#modal-body">; the server sends its inside.
const modal = () => $('#modal');
let opener;
on('htmx:beforeRequest', (e) => {
  // Also when the answer only turns out to be for the dialog.
  if (modal()?.open) return;
  // What opens it from a menu is hidden with the menu; then the menu's button gets the focus back.
  const menu = document.activeElement.closest('.menu[popover]');
  opener = (menu && $(`[popovertarget="${CSS.escape(menu.id)}"]`)) || document.activeElement;
});
on('htmx:afterSwap', (e) => {
  if (e.detail.target?.id === 'modal-body' && e.detail.target.childElementCount && !modal().open) {
    modal().showModal();
    modal().addEventListener(
      'close',
      () => {
        $('#modal-body').replaceChildren();
        opener?.isConnected && opener.focus();
      },
      { once: true },
    );
  }
});
on('modal:close', () => modal()?.close()); // HX-Trigger: modal:close
on('click', (e) => {
  if (e.target.closest('[data-close]')) e.target.closest('dialog').close();
  else if (e.target.nodeName === 'DIALOG' && e.target.hasAttribute('data-light')) e.target.close(); // backdrop
});
