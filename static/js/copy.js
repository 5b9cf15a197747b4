/* Copying: a number, an address, or piece by piece what is typed elsewhere. Without it the pages have nothing to press. */
"use strict";

(() => {
  const FAILED = "Det gick inte att kopiera. Markera och kopiera för hand.";

  // A status of its own, so that the words of another one are not lost.
  const status = document.createElement("p");
  status.className = "copied";
  status.setAttribute("role", "status");
  document.body.append(status);
  let forget = 0;

  const tell = (text, done) => {
    window.clearTimeout(forget);
    // The page may have got another body since.
    if (!status.isConnected) document.body.append(status);
    status.classList.toggle("copy-failed", !done);
    status.textContent = done ? `Kopierat: ${text}` : FAILED;
    forget = window.setTimeout(() => { status.textContent = ""; }, 4000);
  };

  // Where the page has no right to the clipboard, as over plain http from another machine.
  const copyBySelecting = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    field.remove();
    return done;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelecting(text);
    }
  };

  /* A press copies one piece, and the next one has the focus. */

  const goOn = (piece) => {
    const pieces = [...piece.closest("li").querySelectorAll("[data-piece]")];
    for (const each of pieces) each.classList.toggle("piece-copied", each === piece);
    (pieces[pieces.indexOf(piece) + 1] || piece).focus();
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-piece]");
    if (!button) return;
    const text = button.dataset.copy ?? button.firstChild.data.trim();
    const done = await copy(text);
    button.focus();
    if (done && button.matches("[data-piece]")) goOn(button);
    tell(text, done);
  });

  const show = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) {
      button.hidden = false;
      // Said here, not by the server: a search answers each key pressed, and has a number for every one of these.
      button.setAttribute("aria-label", `Kopiera ${button.dataset.copy}`);
    }
    for (const piece of document.querySelectorAll("[data-piece][disabled]")) piece.disabled = false;
  };

  document.addEventListener("htmx:afterSettle", show);
  show();
})();
