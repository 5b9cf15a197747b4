/* Before a log-in left behind locks, the page says so and offers to go on. Then the page goes to the log-in, and what was
   half written is held for its owner. Without script the page stays, and what it sends is held. */
"use strict";

(() => {
  const WARN_SECONDS = 180;
  const WAIT = 15000;
  const AGAIN = 5000;
  const LOCKING = "Låser …";
  const NOT_LOCKED = "Servern svarar inte. Du är inte utloggad än: lås datorn själv. Sidan försöker igen av sig själv.";
  const LEFT_BEHIND = "Servern svarar inte, så sidan kunde inte låsas. Det som stod här är dolt.";
  const ANOTHER = "Någon annan, eller ett annat uppdrag, är inloggat i den här webbläsaren. Det du sparar här läggs undan åt dig.";
  const STAYS = "Du är kvar som inloggad.";

  // The clock of the PC may be put right while the page is open, and the other one stops while the PC sleeps.
  const counter = () => {
    const wall = Date.now();
    const own = performance.now();
    return () => Math.max(Date.now() - wall, performance.now() - own);
  };

  let left = Infinity;
  let passed = counter();
  let untouched = counter();
  let lapses = Infinity;
  let asking = false;
  let leaving = false;
  let cameFrom = null;
  let cameTo = 0;

  const place = () => document.querySelector("[data-session]");

  const say = (text, mayGoOn = false) => {
    const told = place()?.querySelector("[data-session-text]");
    if (!told) return;
    // Told once: a status that is written again is read out again.
    if (told.textContent !== text) told.textContent = text;
    place().querySelector("[data-session-go-on]").hidden = !mayGoOn;
  };

  const inMinutes = (seconds) => {
    const minutes = Math.ceil(seconds / 60);
    return minutes > 1 ? `${minutes} minuter` : "mindre än en minut";
  };

  const count = (seconds) => {
    left = seconds * 1000;
    passed = counter();
  };

  const tell = ({ left, mine }) => {
    count(left);
    if (mine && left > 0 && !leaving) uncover();
    if (!mine && left) say(ANOTHER);
    else if (left <= 0) lock();
    else if (left <= WARN_SECONDS) say(`Sidan låses om ${inMinutes(left)}.`, true);
    else if (place().querySelector("[data-session-go-on]").hidden) say("");
    else {
      say(STAYS);
      // The button that had the focus is gone: on with what one was doing.
      cameFrom?.focus();
    }
  };

  /* Where the server is silent nothing can be locked, and who stays may need the page: it is out of sight until shown. */

  const covered = () => document.querySelector(".cover");

  const uncover = () => {
    if (!covered()) return;
    covered().remove();
    document.body.classList.remove("covered");
    window.scrollTo({ top: cameTo, behavior: "instant" });
    cameFrom?.focus({ preventScroll: true });
  };

  const cover = (text) => {
    if (covered()) return;
    cameFrom = document.activeElement;
    cameTo = window.scrollY;
    const note = document.createElement("div");
    note.className = "cover";
    note.setAttribute("role", "alert");
    const sentence = document.createElement("p");
    sentence.textContent = text;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-primary";
    button.textContent = "Visa sidan";
    button.addEventListener("click", uncover);
    note.append(sentence, button);
    document.body.append(note);
    document.body.classList.add("covered");
    button.focus();
  };

  // As app.js marks a form that somebody has typed in, or as the server shows one that it could not save.
  const halfWritten = () =>
    [...document.querySelectorAll("form[data-guard]")].filter(
      (form) => form.dataset.sent !== "1" && (form.dataset.dirty === "1" || form.querySelector("[aria-invalid=true]"))
    );

  // Until the server has it; false where somebody went on with the page meanwhile.
  const sent = async (form) => {
    for (;;) {
      try {
        // What ends the log-in, a copy in no page, goes on where somebody leaves the page at once.
        const keepalive = !form.isConnected;
        const content = { method: "POST", body: new FormData(form), redirect: "manual", cache: "no-store", keepalive };
        const answer = await fetch(form.action, { ...content, signal: AbortSignal.timeout(WAIT) });
        if (answer.status < 500) return true;
      } catch {
        // As below.
      }
      cover(NOT_LOCKED);
      await new Promise((done) => window.setTimeout(done, AGAIN));
      if (!covered()) return false;
    }
  };

  // The log-in ends first, by `end`, so that what is sent after that can be held and never saved. It is held by the mark of
  // the form, as anything is that comes without a log-in. One form takes the page with it, the others go before.
  const leave = async (end, then = location.href.split("#")[0]) => {
    if (leaving) return;
    leaving = true;
    say(LOCKING);
    const [last, ...others] = halfWritten();
    for (const form of end ? [end, ...others] : others) {
      if (await sent(form)) form.dataset.sent = "1";
      else {
        say("");
        leaving = false;
        document.dispatchEvent(new Event("not-left"));
        return;
      }
    }
    if (last) {
      last.dataset.sent = "1";
      HTMLFormElement.prototype.submit.call(last);
    } else location.assign(then);
  };

  // As it stands when its button is pressed: the page may be shown again.
  const copyOf = (form, button) => {
    const copy = form.cloneNode(true);
    copy.querySelectorAll("button").forEach((each) => each.remove());
    if (button?.name) {
      const field = document.createElement("input");
      field.type = "hidden";
      [field.name, field.value] = [button.name, button.value];
      copy.append(field);
    }
    return copy;
  };

  const lock = () => leave(copyOf(document.querySelector("[data-leaves]")));

  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) || "";

  // The server is asked before anything is claimed: another tab may have gone on, logged out or changed person.
  const ask = async (method) => {
    if (asking) return;
    asking = true;
    try {
      const { ask: address, mark } = place().dataset;
      const headers = { "X-Typed-By": mark, "X-CSRFToken": decodeURIComponent(cookie("__Host-csrftoken") || cookie("csrftoken")) };
      const answer = await fetch(address, { method, headers, redirect: "manual", cache: "no-store" });
      if (answer.ok) tell(await answer.json());
      else if (answer.status < 500) tell({ left: 0, mine: true });
      else silent();
    } catch {
      silent();
    } finally {
      asking = false;
    }
  };

  // Nothing is known, so nothing is said; but nobody who passes by is to read what was left behind.
  const silent = () => {
    if (left <= passed() && untouched() >= lapses) cover(LEFT_BEHIND);
  };

  const look = () => {
    if (place() && left - passed() <= WARN_SECONDS * 1000) ask("GET");
  };

  const start = () => {
    count(place() ? Number(place().dataset.left) : Infinity);
    lapses = left;
  };

  for (const touch of ["keydown", "pointerdown", "pointermove", "wheel"])
    document.addEventListener(touch, () => (untouched = counter()), { passive: true });
  // A page that asks by itself was told that nobody is logged in here any more.
  document.addEventListener("logged-out", () => leave(null));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-session-go-on]")) ask("POST");
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-leaves]")) return;
    event.preventDefault();
    leave(copyOf(event.target, event.submitter), event.target.dataset.leaves);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.closest("[data-session-go-on]")) cameFrom = event.relatedTarget;
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && place()) ask("GET");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === document.body) start();
  });
  window.setInterval(look, 15000);
  start();
})();
