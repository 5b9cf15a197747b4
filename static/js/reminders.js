/* Reminders beside the browser's window, for who has said yes as themselves and in this browser: a number, and no patient.
   None while the page is looked at, for there it stands. */
"use strict";

(() => {
  const EVERY = 60000;
  const KEPT = "driftstopp.reminded";
  // Of several open windows the last one's takes the place of the others', without a sound.
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

  /* Which reminders have been told of, in any window: each is told of once. They are marks that say nothing. */

  let told = { who: "", marks: [] };

  const toldOf = (who) => {
    try {
      told = JSON.parse(localStorage.getItem(KEPT)) || told;
    } catch {
      // What this window knows has to do.
    }
    return told.who === who ? told.marks : [];
  };

  const keep = (who, marks) => {
    told = { who, marks };
    try {
      localStorage.setItem(KEPT, JSON.stringify(told));
    } catch {
      // As above.
    }
  };

  const tell = ({ notice, marks }) => {
    if (!wanted()) return close();
    const who = place().dataset.for;
    const now = marks.split(" ").filter(Boolean);
    const known = toldOf(who);
    keep(who, now);
    if (!now.length || !document.hidden) return close();
    if (now.every((mark) => known.includes(mark))) return;
    close();
    shown = new Notification(notice, { tag: TAG, lang: "sv" });
    shown.onclick = () => {
      window.focus();
      close();
    };
  };

  const look = () => {
    if (wanted()) tell(place().dataset);
    else close();
  };

  // Of a log-in that has locked or ended, or is another's by now, nothing is shown.
  const leave = () => {
    delete place()?.dataset.ask;
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
    if (!document.hidden) close();
  });
  document.addEventListener("htmx:afterSettle", look);
  new MutationObserver(look).observe(document.documentElement, { subtree: true, attributeFilter: ["data-marks"] });
  window.addEventListener("pagehide", close);
  window.setInterval(ask, EVERY);
  showButtons();
  look();
})();
