/* Kontakter by hand: walk the hits with the arrow keys. The pages work without it. */
"use strict";

(() => {
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
    const keyboard = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
    for (const hint of document.querySelectorAll("[data-walk-hint]")) hint.hidden = !keyboard;
  };

  document.addEventListener("htmx:afterSettle", show);
  show();
})();
