/* The little that a page does by itself. Every page works without it: the server renders all of it first. */
"use strict";

(() => {
  const SERVER_SILENT = "Servern svarar inte.";
  const SERVER_FAILED = "Servern kunde inte spara.";
  const KEPT = "Inget är förlorat – det du skrivit står kvar.";
  const NOT_SAVED = "Inte sparat än";
  const KEYS_OFF = "driftstopp.keys-off";

  /* Clock: a ward PC's own clock may be wrong, and be put right: time is counted on from what the server last said. */

  let told = 0;
  let toldAt = 0;
  const serverSays = (time) => {
    told = Date.parse(time) || Date.now();
    toldAt = performance.now();
  };
  serverSays(document.querySelector('meta[name="server-time"]')?.content);
  document.addEventListener("server-time", (event) => serverSays(event.detail));

  // Written as the server writes it: 8 min, 1 h 12 min, 2 dygn 3 h.
  const duration = (ms) => {
    const minutes = Math.floor(ms / 60000);
    const hours = Math.floor(minutes / 60) % 24;
    const days = Math.floor(minutes / 1440);
    const left = minutes % 60;
    if (days) return hours ? `${days} dygn ${hours} h` : `${days} dygn`;
    if (hours) return left ? `${hours} h ${left} min` : `${hours} h`;
    return `${left} min`;
  };

  const stockholm = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" });
  const clockTime = (iso) => stockholm.format(new Date(iso)).replace(":", ".");

  const tellTime = () => {
    const now = told + performance.now() - toldAt;
    for (const element of document.querySelectorAll("[data-since]")) {
      const passed = now - Date.parse(element.dataset.since);
      if (passed >= 0) element.textContent = duration(passed);
    }
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(element.dataset.until) - now;
      const at = clockTime(element.dataset.until);
      element.textContent = left > 0 ? `${at} om ${duration(left + 59999)}` : `${at} har passerat`;
    }
  };

  /* Keys: n, m and / – never while something is typed, and they can be turned off. */

  const keysOff = () => {
    try {
      return localStorage.getItem(KEYS_OFF) === "1";
    } catch {
      return false;
    }
  };

  const showKeys = () => {
    for (const button of document.querySelectorAll("[data-keys]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(!keysOff()));
      button.textContent = keysOff() ? "Snabbtangenter är av" : "Snabbtangenter är på";
    }
    for (const hint of document.querySelectorAll("kbd.key")) hint.hidden = keysOff();
    // Said only where there is likely to be a keyboard.
    const keyboard = window.matchMedia("(hover: hover) and (pointer: fine)").matches;
    for (const hint of document.querySelectorAll("[data-keys-hint]")) hint.hidden = !keyboard;
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys]")) return;
    try {
      localStorage.setItem(KEYS_OFF, keysOff() ? "0" : "1");
    } catch {
      return;
    }
    showKeys();
  });

  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

  // Somebody types a name as the page comes, before the page has given its first field the focus: the letter is the
  // field's, and no short cut to another page. Only a press counts as begun: the browser itself may give the field the
  // focus and take it away again, for a place that the address names.
  let begun = false;
  document.addEventListener("pointerdown", () => { begun = true; });

  const takenByFirstField = (event) => {
    const first = begun || event.target !== document.body || event.key.length > 1 ? null : document.querySelector("[autofocus]");
    begun = true;
    if (!first || !typing(first)) return false;
    first.focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || takenByFirstField(event) || keysOff()) return;
    const wanted = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === event.key.toLowerCase());
    if (!wanted) return;
    event.preventDefault();
    if (typing(wanted)) wanted.focus();
    else wanted.click();
  });

  /* Forms: sent once, never lost. */

  const cookie = (name) => {
    const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };

  // With the prefix where it goes over HTTPS alone.
  const csrfToken = () => cookie("__Host-csrftoken") || cookie("csrftoken");

  const saveState = (text) => {
    const place = document.getElementById("save-state");
    if (place) place.textContent = text;
  };

  const dirty = (form) => form.dataset.dirty === "1";

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.matches("[data-guard]") || dirty(form)) return;
    form.dataset.dirty = "1";
    saveState(NOT_SAVED);
  });

  window.addEventListener("beforeunload", (event) => {
    const unsaved = [...document.querySelectorAll("form[data-guard]")];
    if (unsaved.some((form) => dirty(form) && form.dataset.sent !== "1")) event.preventDefault();
  });

  const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");

  const markSent = (form) => {
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    // aria-disabled, not disabled: a disabled button would not send its own name, and would drop the focus.
    for (const button of buttonsOf(form)) button.setAttribute("aria-disabled", "true");
  };

  const openAgain = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of buttonsOf(form)) button.removeAttribute("aria-disabled");
  };

  const freshToken = (form) => {
    const token = csrfToken();
    const field = form.elements.csrfmiddlewaretoken;
    if (token && field) field.value = token;
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method !== "post") return;
      if (form.dataset.sent === "1") {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      form.lastSubmitter = event.submitter;
      freshToken(form);
      markSent(form);
    },
    true
  );

  const openAll = () => document.querySelectorAll("form[data-sent]").forEach(openAgain);
  window.addEventListener("pageshow", (event) => event.persisted && openAll());
  document.addEventListener("not-left", openAll);

  const alertAt = (form, text) => {
    form.querySelector(".note[data-alert]")?.remove();
    const note = document.createElement("div");
    note.className = "note note-error";
    note.dataset.alert = "";
    note.setAttribute("role", "alert");
    note.tabIndex = -1;
    const sentence = document.createElement("p");
    sentence.textContent = text;
    note.append(sentence);
    const end = form.querySelector(".form-end");
    // Below a button alone, which must not move from under the hand that presses it again.
    if (end) end.before(note);
    else form.append(note);
    note.focus();
  };

  const submitNatively = (form, path) => {
    const button = form.lastSubmitter;
    if (button?.name) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = button.name;
      field.value = button.value;
      form.append(field);
    }
    if (!form.getAttribute("action")) form.action = path;
    freshToken(form);
    form.dataset.sent = "1";
    HTMLFormElement.prototype.submit.call(form);
  };

  const formOf = (event) => event.detail.elt.closest("form");

  document.addEventListener("htmx:configRequest", (event) => {
    const token = csrfToken();
    if (!token || event.detail.verb === "get") return;
    event.detail.headers["X-CSRFToken"] = token;
    // The field in the page may be older than the cookie, and Django reads the field first.
    delete event.detail.parameters.csrfmiddlewaretoken;
  });

  const failed = (event, text) => {
    const form = formOf(event);
    // A search saves nothing, and whoever types in it is left there.
    if (form && form.method === "post" && form.getAttribute("role") !== "search") {
      const typed = form.querySelector("input:not([type=hidden]), textarea");
      alertAt(form, `${text} ${typed ? `${KEPT} ` : ""}Försök igen.`);
    } else saveState(`${SERVER_SILENT} Försök igen.`);
  };

  document.addEventListener("htmx:sendError", (event) => failed(event, SERVER_SILENT));
  document.addEventListener("htmx:timeout", (event) => failed(event, SERVER_SILENT));
  document.addEventListener("htmx:responseError", (event) => {
    const form = formOf(event);
    const { status } = event.detail.xhr;
    // Logged out, or refused for a stale token: the server answers a whole page, and holds what was typed.
    if (status === 401 || status === 403) {
      if (form && form.method === "post") submitNatively(form, event.detail.requestConfig.path);
      else location.reload();
      return;
    }
    failed(event, SERVER_FAILED);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (!form) return;
    const { status } = event.detail.xhr;
    if (status === 401 || status === 403) return;
    if (event.detail.successful) delete form.dataset.dirty;
    openAgain(form);
  });

  // A form that was part of what the answer replaced is gone by now, with what stood in it.
  document.addEventListener("htmx:afterSettle", () => {
    const place = document.getElementById("save-state");
    if (place?.textContent === NOT_SAVED && !document.querySelector('form[data-dirty="1"]')) place.textContent = "";
  });

  /* Disclosure: what a box or a choice asks for is shown when it is chosen. Nothing typed is cleared. */

  const chosen = (form, name, values) =>
    [...form.elements].some(
      (field) =>
        field.name === name &&
        (field.type === "radio" || field.type === "checkbox" ? field.checked : true) &&
        values.includes(field.value)
    );

  const disclose = () => {
    for (const section of document.querySelectorAll("[data-shown-when]")) {
      const [name, values] = section.dataset.shownWhen.split("=");
      const form = section.closest("form");
      const wrong = section.querySelector(".is-invalid");
      if (form) section.hidden = !wrong && !chosen(form, name, values.split("|"));
      if (!section.hidden && section.matches("details")) section.open = true;
    }
  };

  document.addEventListener("change", disclose);

  /* The other end of a call: its number, its unit and the messages that concern it. What was typed is left alone. */

  const offer = (form, name, text) => {
    const field = form.elements[name];
    if (!field || (field.value && field.value !== field.dataset.offered)) return;
    field.value = text;
    field.dataset.offered = text;
  };

  // Of the numbers of a call that is owed, the chosen one is also the one that Nådd and Förmedlat go on with.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-rung]")) return;
    for (const link of event.target.closest("[role=group]").querySelectorAll("a")) {
      const address = new URL(link.href);
      address.searchParams.set("nummer", event.target.value);
      link.href = address.pathname + address.search;
    }
  });

  // Who rings by pressing a number has said which it was.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".owed-call a.tel");
    const box = link && link.closest(".owed-call").querySelector("[data-rung]");
    const rung = box && [...box.options].find((option) => option.dataset.tel === link.getAttribute("href"));
    if (!rung) return;
    box.value = rung.value;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });

  const fitMessages = (form) => {
    const other = form.querySelector("[data-other-end]:checked");
    for (const option of form.querySelectorAll("[data-message]")) {
      const { sender, told } = option.dataset;
      const box = option.querySelector('input[name="messages"]');
      const apart = form.matches("[data-received]") ? other?.dataset.party && sender !== other.dataset.party : told.split("|").includes(other?.value);
      option.hidden = Boolean(other && apart && !box.checked);
    }
    for (const heading of form.querySelectorAll(".message-group")) {
      let option = heading.nextElementSibling;
      while (option?.hidden) option = option.nextElementSibling;
      heading.hidden = !option?.matches("[data-message]");
    }
  };

  document.addEventListener("change", (event) => {
    const other = event.target.closest("[data-other-end]");
    if (!other) return;
    offer(other.form, "number", other.dataset.number);
    offer(other.form, "spoken_to_unit", other.dataset.place);
    fitMessages(other.form);
  });

  // What is said in one line of a folded call holds until something in it is changed: then it stays unfolded.
  document.addEventListener("change", (event) => {
    const folded = event.target.closest(".call-filled");
    if (folded) folded.dataset.changed = "1";
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(".call-filled[data-changed]")) event.target.open = true;
  }, true);

  /* A call by keyboard alone: arrows go among the messages, Enter goes on to the next step and in the last one saves. */

  const shownIn = (place, fields) =>
    [...place.querySelectorAll(fields)].filter((field) => !field.closest("[hidden], details:not([open])"));

  const nextStep = (form, field) => {
    const steps = [...form.querySelectorAll("fieldset.step:not([hidden])")];
    const after = steps[steps.indexOf(field.closest("fieldset.step")) + 1];
    const fields = after ? shownIn(after, "input, select, textarea") : [];
    return fields.find((choice) => choice.checked) || fields[0];
  };

  // Where the number only relays, how it went is asked before what was said.
  const whereRelayed = (form, field) => {
    const relays = field.name === "recipient" && form.querySelector("fieldset.step [data-relays]:not([hidden])");
    return relays ? form.querySelector('input[name="outcome"]:checked') : null;
  };

  // The name is not all: what was read back comes before Spara, and saving without it takes a press of its own.
  const beforeSaving = (form, field) => {
    const choices = shownIn(form, 'input[name="read_back"]');
    // A row of paper is entered as it stands there, with or without it.
    if (form.matches("[data-entry]") || !choices.length || choices.some((choice) => choice.checked)) return null;
    return field.name === "read_back" ? form.querySelector(".form-end button") : choices[0];
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    if (!field.form?.matches("[data-call]") || !field.matches("input")) return;
    if (event.key === "Enter") {
      // A key held down too long must not run through the steps and save.
      const last = field.closest("fieldset.step")?.querySelector('[name="read_back"]');
      const asked = beforeSaving(field.form, field);
      // In a field that is mended when all else is filled in, Enter saves.
      const onwards = asked || field.matches('[type="radio"], [type="checkbox"]');
      const next = event.repeat ? null : (last && asked) || whereRelayed(field.form, field) || (onwards && nextStep(field.form, field)) || asked;
      if (next || event.repeat) event.preventDefault();
      next?.focus();
    } else if (field.name === "messages" && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const boxes = shownIn(field.form, 'input[name="messages"]');
      const step = event.key === "ArrowDown" ? 1 : -1;
      boxes.at((boxes.indexOf(field) + step) % boxes.length).focus();
    }
  });

  // Enter presses the button beside the field, where others of the form come before it.
  document.addEventListener("keydown", (event) => {
    const button = event.key === "Enter" && !event.isComposing && event.target.dataset?.enter;
    if (!button) return;
    event.preventDefault();
    document.getElementById(button)?.click();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('.note-error a[href^="#"]');
    if (!link) return;
    const place = document.getElementById(link.hash.slice(1));
    const field = place?.matches("input, select, textarea") ? place : place?.querySelector("input, select, textarea");
    if (!field) return;
    event.preventDefault();
    field.focus();
  });

  const tidy = () => {
    tellTime();
    showKeys();
    disclose();
    document.querySelectorAll("form[data-call]").forEach(fitMessages);
  };

  const focusFirst = () => {
    const error = document.querySelector("[data-focus]");
    const start = document.querySelector("[data-start]");
    const form = document.querySelector("form[data-first]");
    const fields = form ? [...form.elements].filter((element) => element.name === form.dataset.first) : [];
    const field = fields.find((element) => element.checked) || fields[0];
    if (error) error.focus();
    else if (start) start.focus({ preventScroll: true });
    else if (field) {
      field.focus();
      // What is left to fill in, and Spara, are seen together, on a telephone too.
      form.querySelector(".call-filled ~ .form-end")?.scrollIntoView({ block: "nearest" });
    } else return false;
    return true;
  };

  // Where a press leads back to its page: the part that the button stood in, by its id. The button that stands there now
  // may take it back, and must not be pressed by a key held too long.
  let pressed = null;

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.boosted) pressed = detail.elt.closest("main li[id], main section[id]")?.id;
  });

  const focusPressed = () => {
    const place = pressed && document.getElementById(pressed);
    if (!place) return false;
    place.tabIndex = -1;
    place.focus();
    return true;
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    tidy();
    if (event.detail.target !== document.body) return;
    if (!focusFirst() && !focusPressed()) document.getElementById("main")?.focus({ preventScroll: true });
  });

  /* What was typed or chosen before the script came counts as if done now. */

  const done = (field) => {
    if (field.options) return field.selectedIndex > 0 && !field.options[field.selectedIndex].defaultSelected;
    if (field.type === "radio" || field.type === "checkbox") return field.checked && !field.defaultChecked;
    return field.value !== field.defaultValue;
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("input, select, textarea")) {
      if (!done(field)) continue;
      for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    }
  });

  window.setInterval(tellTime, 30000);
  tidy();
  // Who has gone to a field before the script came is left there.
  if (document.activeElement === document.body) focusFirst();
})();
