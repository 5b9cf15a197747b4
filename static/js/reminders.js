/* Reminders beside the browser's window, for who has said yes as themselves and in this browser: a number, and no patient.
   None while the page is looked at, for there it stands. */
"use strict";

(() => {
  const EVERY = 60000;
  const TAG = "driftstopp-reminders";
  const NO = "Webbläsaren tillåter det inte. Ändra det i webbläsarens inställningar för den här sidan.";
  const CAN_NOT = "Den här webbläsaren kan inte visa dem.";
  const HERE = "De visas i den här webbläsaren.";

  const place = () => document.getElementById("reminders");
  const permission = () => ("Notification" in window ? Notification.permission : "");
  const wanted = () => Boolean(place()?.dataset.ask) && permission() === "granted";

  let shown = null;
  const close = () => {
    shown?.close();
    shown = null;
  };

  /* Of several open windows one tells, as long as it is open; each knows which reminders have been told of or shown. */

  let isTheOne = !navigator.locks;
  let letGo = null;

  let known = { who: "", marks: [] };

  const queue = () => {
    if (letGo || !navigator.locks) return;
    const left = new Promise((resolve) => { letGo = resolve; });
    const name = `${TAG} ${place().dataset.for}`;
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        navigator.locks.request(name, () => {
          isTheOne = true;
          return left;
        });
        return null;
      }
      isTheOne = true;
      // No other window is there that has told of what is late already.
      known = { who: "", marks: [] };
      if (wanted()) tell(place().dataset);
      return left;
    });
  };

  const tell = ({ notice, marks }) => {
    if (!wanted()) return close();
    const who = place().dataset.for;
    const now = marks.split(" ").filter(Boolean);
    const isNew = known.who !== who || now.some((mark) => !known.marks.includes(mark));
    known = { who, marks: now };
    if (!now.length || !document.hidden) return close();
    if (!isNew || !isTheOne) return;
    close();
    shown = new Notification(notice, { tag: TAG, lang: "sv" });
    shown.onclick = () => {
      window.focus();
      close();
    };
  };

  const look = () => {
    if (!wanted()) return close();
    queue();
    tell(place().dataset);
  };

  // Of a log-in that has locked or ended, or is another's by now, nothing is shown.
  const leave = () => {
    delete place()?.dataset.ask;
    letGo?.();
    close();
  };

  const ask = async () => {
    if (!document.hidden || !wanted()) return;
    const { ask: address, for: who } = place().dataset;
    // The name by which the server knows a question that no person asks: it keeps no log-in alive.
    const headers = { "HX-Request": "true", "HX-Trigger": "calls" };
    try {
      const response = await fetch(address, { headers, redirect: "manual", cache: "no-store" });
      const answer = response.ok ? await response.json() : null;
      if (answer?.for === who) tell(answer);
      else if (response.status < 500) leave();
    } catch {
      // The server is silent: nothing is known, so nothing is said.
    }
  };

  /* The yes of the browser. The person's own is kept by the server. */

  const say = (button, text) => {
    button.form.querySelector("[data-allow-said]").textContent = text;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-allow], [data-allow-here]");
    if (!button || (button.matches("[data-allow]") && permission() === "granted")) return;
    event.preventDefault();
    if (!permission()) return say(button, CAN_NOT);
    const answer = await Notification.requestPermission();
    if (answer !== "granted") say(button, NO);
    else if (button.matches("[data-allow]")) button.form.requestSubmit(button);
    else {
      button.hidden = true;
      say(button, HERE);
    }
  });

  const showButtons = () => {
    for (const button of document.querySelectorAll("[data-allow-here]")) button.hidden = permission() === "granted";
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) ask();
    else close();
  });
  document.addEventListener("htmx:afterSettle", look);
  new MutationObserver(look).observe(document.documentElement, { subtree: true, attributeFilter: ["data-marks"] });
  window.addEventListener("pagehide", close);
  window.setInterval(ask, EVERY);
  showButtons();
  look();
})();
