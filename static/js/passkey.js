/* Passkeys: the library's scripts do the work, in the forms marked data-passkey; what fails is told on the page. */
"use strict";

(() => {
  const BUTTON_OF = { addForm: "add", authenticateForm: "authenticate", loginForm: "login" };

  for (const form of document.querySelectorAll("[data-passkey]")) {
    const kind = form.dataset.passkey;
    const ids = { credential: form.querySelector("[name=credential]").id, data: "js_data" };
    ids[BUTTON_OF[kind]] = form.querySelector("[data-passkey-button]").id;
    const passwordless = form.querySelector("[name=passwordless]");
    if (passwordless) ids.passwordless = passwordless.id;
    form.querySelector("[data-passkey-button]").hidden = !window.PublicKeyCredential;
    window.allauth.webauthn.forms[kind]({ ids });
  }

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const told = document.querySelector("[data-passkey-failed]");
    told.hidden = false;
    told.focus();
  });
})();
