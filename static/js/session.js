/* Before a log-in left behind locks, the page says so and offers to go on. Then the page goes to the log-in, and what was
   half written is held for its owner. Without script the page stays, and what it sends is held. */
"use strict";

(() => {
  const WARN_SECONDS = 180;
  const LOCKING = "Låser …";
  const ANOTHER = "Någon annan, eller ett annat uppdrag, är inloggat i den här webbläsaren. Det du sparar här läggs undan åt dig.";
  const STAYS = "Du är kvar som inloggad.";

  let lapsesAt = Infinity;
  let asking = false;
  let cameFrom = null;

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

  const tell = ({ left, mine }) => {
    lapsesAt = Date.now() + left * 1000;
    if (!mine && left) say(ANOTHER);
    else if (left <= 0) leave(lockForm(false));
    else if (left <= WARN_SECONDS) say(`Sidan låses om ${inMinutes(left)}.`, true);
    else if (place().querySelector("[data-session-go-on]").hidden) say("");
    else {
      say(STAYS);
      // The button that had the focus is gone: on with what one was doing.
      cameFrom?.focus();
    }
  };

  // As app.js marks a form that somebody has typed in, or as the server shows one that it could not save.
  const halfWritten = () =>
    [...document.querySelectorAll("form[data-guard]")].find(
      (form) => form.dataset.sent !== "1" && (form.dataset.dirty === "1" || form.querySelector("[aria-invalid=true]"))
    );

  // The server is locked first, so that what is sent after that can be held and never saved. It is held by the mark of
  // the form, as anything is that comes without a log-in.
  const leave = async (lock) => {
    say(LOCKING);
    await fetch(lock.action, { method: "POST", body: new FormData(lock), redirect: "manual", cache: "no-store" });
    const form = halfWritten();
    if (form) {
      form.dataset.sent = "1";
      HTMLFormElement.prototype.submit.call(form);
    } else location.assign(location.href.split("#")[0]);
  };

  const lockForm = (byt) => {
    const form = document.querySelector("[data-lock]").cloneNode(true);
    form.querySelectorAll("button").forEach((button) => button.remove());
    if (byt) form.insertAdjacentHTML("beforeend", '<input type="hidden" name="byt" value="1">');
    return form;
  };

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
      else tell({ left: 0, mine: true });
    } catch {
      // The server is silent: nothing is known, so nothing is said.
    } finally {
      asking = false;
    }
  };

  const look = () => {
    if (place() && lapsesAt - Date.now() <= WARN_SECONDS * 1000) ask("GET");
  };

  const start = () => {
    lapsesAt = place() ? Date.now() + Number(place().dataset.left) * 1000 : Infinity;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-session-go-on]")) ask("POST");
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-lock]") || !halfWritten()) return;
    event.preventDefault();
    leave(lockForm(true));
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
