/* From paper to log: a row is as a rule written when its call is, so its time is offered. The page works without it. */
"use strict";

(() => {
  // What was typed is left alone; a time that was offered follows the call's.
  const offer = (field, text) => {
    if (!field || (field.value && field.value !== field.dataset.offered)) return;
    field.value = text;
    field.dataset.offered = text;
  };

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.form?.matches("[data-entry]")) return;
    if (field.name === "at_kl") offer(field.form.elements.written_at_kl, field.value);
    if (field.name !== "at_dag") return;
    const day = field.form.elements.written_at_dag;
    // The day both began with was the page's own.
    if (day && day.value === day.defaultValue) day.value = field.value;
  });
})();
