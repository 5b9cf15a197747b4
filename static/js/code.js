/* The page of a one-time code: it is printed from here, and is shown once. */
"use strict";

(() => {
  const button = document.querySelector("[data-print]");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  // Back may bring the page from the browser's memory, whatever was said of storing it.
  window.addEventListener("pagehide", () => document.querySelector("[data-once]")?.remove());
})();
