/* Kontakter by hand, and Rutinen: copy a number or an address, walk the hits with the arrow keys. The pages work without it. */
"use strict";

(() => {
  /* Copying: told in a status of its own, so that the words of another status are not lost. */

  const status = document.createElement("p");
  status.className = "copied";
  status.setAttribute("role", "status");
  document.body.append(status);
  let forget = 0;

  const tell = (text) => {
    window.clearTimeout(forget);
    status.textContent = text;
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

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const done = await copy(button.dataset.copy);
    button.focus();
    tell(done ? `Kopierat: ${button.dataset.copy}` : "Det gick inte att kopiera. Markera och kopiera för hand.");
  });

  /* Walking: down from the box to the hits, up and down among them, Esc back to the box. */

  const box = () => document.querySelector("[data-walk-from]");

  const hits = () => {
    const place = document.querySelector(box()?.dataset.walkFrom);
    return place ? [...place.querySelectorAll("[data-walk]")].filter((hit) => hit.checkVisibility()) : [];
  };

  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing);

  let lastBox = null;

  document.addEventListener("keydown", (event) => {
    if (!plain(event) || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
    const from = event.target.closest("[data-walk-from]");
    const all = hits();
    if (from) {
      lastBox = from;
      if (event.key !== "ArrowDown" || !all.length) return;
      event.preventDefault();
      all[0].focus();
      return;
    }
    const place = event.target.closest("#results");
    if (!place) return;
    if (event.key === "Escape") {
      event.preventDefault();
      (lastBox || box())?.focus();
      return;
    }
    const at = all.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    const next = all[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) next.focus();
    else if (event.key === "ArrowUp") (lastBox || box())?.focus();
  });

  const show = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden]")) {
      button.hidden = false;
      // Said here, not by the server: a search answers each key pressed, and has a number for every one of these.
      button.setAttribute("aria-label", `Kopiera ${button.dataset.copy}`);
    }
    const keyboard = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
    for (const hint of document.querySelectorAll("[data-walk-hint]")) hint.hidden = !keyboard;
  };

  document.addEventListener("htmx:afterSettle", show);
  show();
})();
