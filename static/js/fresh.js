/* Läge, and pages like it, stay true by themselves; of all others their head. What has the focus or the pointer on it stays
   where it is on the screen, and stays at all. */
"use strict";

(() => {
  const EVERY = 10000;
  const HEAD_EVERY = 30000;
  const SILENT = "Sidan är inte uppdaterad sedan";
  // A form keeps the id it was made with, and app.js sees to its token.
  const KEPT = ["client_id", "csrfmiddlewaretoken", "typed_by"];
  // What the page or a person sets, and no answer of the server takes away.
  const OWN = ["open", "hidden", "aria-busy", "aria-disabled", "data-dirty", "data-head"];

  const shown = () => document.getElementById("status");

  /* Hands: what somebody has the focus or the pointer on. In a list the pointer may be on its way to any of its rows. */

  let hands = [];
  let pointed = false;

  const findHands = () => {
    const root = shown() ?? document.getElementById("main");
    const found = root.contains(document.activeElement) ? [document.activeElement] : [];
    const over = [...root.querySelectorAll(":hover")].pop();
    const list = over?.closest("ol, ul, tbody");
    const on = over?.closest("a, button, summary, label, select, input, li, tr");
    pointed = Boolean(list || on);
    if (list) found.push(...list.querySelectorAll("li, tr, a, button, select"));
    else if (on) found.push(on);
    return found.map((element) => ({ element, box: element.getBoundingClientRect() }));
  };

  const still = () =>
    hands.every(({ element, box }) => {
      const now = element.getBoundingClientRect();
      return element.isConnected && Math.abs(now.top - box.top) < 1 && Math.abs(now.left - box.left) < 1;
    });

  const held = (node) => hands.some(({ element }) => node.contains(element));

  /* One tree made like another, element by element, so that what stays is the same element as before. */

  const kind = (element) => `${element.nodeName} ${element.id || element.classList[0] || ""}`;

  const pairUp = (old, fresh) => {
    const pairs = new Map();
    const left = [...old.children];
    for (const child of fresh.children) {
      const at = left.findIndex((other) => kind(other) === kind(child));
      if (at < 0) continue;
      pairs.set(child, left[at]);
      // Without an id the order tells which is which.
      if (child.id) left.splice(at, 1);
      else left.splice(0, left.length, ...left.filter((other, place) => place > at || (place < at && other.id)));
    }
    return pairs;
  };

  // What stands in a field, also where the server wrote it there once more, and which choice is made.
  const stands = (field, name) =>
    (name === "value" && field.type === "text" && field.value) || (name === "checked" && field.checked);

  const sameAttributes = (old, fresh) => {
    for (const { name, value } of [...fresh.attributes])
      if (!OWN.includes(name) && !stands(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes])
      if (!OWN.includes(name) && !stands(old, name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  };

  const become = (old, fresh) => {
    if (old.hasAttribute("data-own") || old.dataset.sent || KEPT.includes(old.getAttribute("name"))) return;
    sameAttributes(old, fresh);
    if (old.matches("[data-since], [data-until]")) return;
    const pairs = pairUp(old, fresh);
    const kept = new Set(pairs.values());
    let at = old.firstChild;
    const clearTo = (stop) => {
      while (at && at !== stop && !kept.has(at)) {
        const next = at.nextSibling;
        if (!held(at)) at.remove();
        at = next;
      }
    };
    for (const child of fresh.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        if (at?.nodeType !== Node.TEXT_NODE) old.insertBefore(document.createTextNode(child.data), at);
        else {
          if (at.data !== child.data) at.data = child.data;
          at = at.nextSibling;
        }
        continue;
      }
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const twin = pairs.get(child);
      clearTo(twin);
      // What has the focus would lose it by being moved: the others are.
      while (at !== twin && twin?.contains(document.activeElement)) {
        const next = at.nextSibling;
        old.append(at);
        at = next;
      }
      if (twin && twin === at) at = at.nextSibling;
      else old.insertBefore(twin || document.importNode(child, true), at);
      if (twin) become(twin, child);
    }
    clearTo(null);
  };

  /* All of it at once where no hand moves by it; else part by part, and what can not be shown in its place waits. */

  let whole = true;
  const late = new Set();

  const moved = () => (hands.length ? hands[0].element.getBoundingClientRect().top - hands[0].box.top : 0);

  // A page at its top, or at its end, scrolls less than it is told to: it goes back to where it was, not by as much.
  const scrollTo = (top) => window.scrollTo({ top, behavior: "instant" });

  /* What must not wait for a hand that rests scrolls the page by what it grows by. */

  const attempt = (act, undo, rush = false) => {
    const from = window.scrollY;
    act();
    if (still()) return true;
    if (rush) scrollTo(from + moved());
    if (still()) return true;
    undo();
    scrollTo(from);
    return false;
  };

  const settle = (old, fresh) => {
    if (old.hasAttribute("data-own")) return;
    const before = old.cloneNode(true);
    if (attempt(() => become(old, fresh), () => become(old, before))) return;
    whole = false;
    const pairs = pairUp(old, fresh);
    for (const [child, twin] of pairs) settle(twin, child);
    const kept = new Set(pairs.values());
    for (const child of [...old.children]) {
      const after = child.nextSibling;
      if (!kept.has(child) && !held(child)) attempt(() => child.remove(), () => old.insertBefore(child, after));
    }
    for (const child of fresh.children) {
      if (pairs.has(child)) continue;
      const added = document.importNode(child, true);
      let next = child.nextElementSibling;
      while (next && !pairs.has(next)) next = next.nextElementSibling;
      const rush = child.hasAttribute("data-rush");
      if (attempt(() => old.insertBefore(added, pairs.get(next) || null), () => added.remove(), rush)) continue;
      if (child.matches(".owed-call")) late.add(child.id);
      if (child.id) attempt(() => old.append(added), () => added.remove());
    }
  };

  /* Nor must the head wait, which says what goes on and holds the reminders. Where the page can not scroll by as much as
     it gets shorter, the room that it had stays free for as long as there are hands. */

  const settleHead = (head, fresh) => {
    const before = head.cloneNode(true);
    const from = window.scrollY;
    const main = document.getElementById("main");
    const room = main.style.marginTop;
    const below = ({ element, box }) => head.contains(element) || box.top >= head.getBoundingClientRect().bottom;
    const fits = () => still() && hands.every(below);
    main.style.marginTop = "";
    become(head, fresh);
    scrollTo(from + moved());
    if (fits()) return;
    scrollTo(from);
    if (moved() < 0) main.style.marginTop = `${-moved()}px`;
    if (fits()) whole = false;
    // The focus is not lost where it moves; under the pointer another's button might come.
    else if (!pointed) hands = findHands();
    else {
      main.style.marginTop = room;
      become(head, before);
      settle(head, fresh);
    }
  };

  /* What became of a row that somebody has a hand on is said in it, over what stands there: nothing moves by it. */

  const say = (row, text, gone) => {
    row.classList.toggle("struck", gone);
    const note = row.querySelector(".fresh-note") || document.createElement("span");
    note.className = "fresh-note";
    if (note.textContent !== text) note.textContent = text;
    if (!note.isConnected) (row.querySelector(".owed-what") ?? row).append(note);
  };

  const sayOfRows = (root, answer) => {
    const told = new Map([...answer.querySelectorAll("#told > li")].map((line) => [line.dataset.row, line.textContent]));
    const group = (row) => row.closest("section")?.getAttribute("aria-labelledby");
    for (const row of root.querySelectorAll("[data-gone]")) {
      const fresh = answer.getElementById(row.id);
      if (!fresh) say(row, told.get(row.id) || row.querySelector(".fresh-note")?.textContent || row.dataset.gone, true);
      else if (row.dataset.said !== fresh.dataset.said) say(row, fresh.dataset.said, group(row) !== group(fresh));
    }
  };

  const sayHowMany = () => {
    const place = document.getElementById("fresh-news");
    if (!place) return;
    const text = late.size ? `${late.size} ${late.size === 1 ? "ny" : "nya"} – visa i ordning` : "";
    if (place.textContent === text) return;
    place.textContent = "";
    if (!text) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet slim";
    button.textContent = text;
    button.addEventListener("click", () => {
      hands = [];
      merge(latest);
      document.querySelector("#owed a[data-start]")?.focus({ preventScroll: true });
    });
    place.append(button);
  };

  let latest = null;

  const merge = (answer) => {
    const root = shown();
    const focused = document.activeElement;
    latest = answer;
    whole = true;
    settleHead(document.getElementById("stuck"), answer.getElementById("stuck"));
    settle(root, answer.getElementById("status"));
    if (whole) late.clear();
    sayOfRows(root, answer);
    sayHowMany();
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    htmx.process(root);
    // What was chosen is still chosen, and what follows from it must be said again.
    for (const chosen of root.querySelectorAll("select")) chosen.dispatchEvent(new Event("change", { bubbles: true }));
    hands = [];
  };

  /* A page left on when the log-in has ended, or is another's, shows no patients. */

  const close = (root, why) => {
    // What is half typed is sent, which is held for whoever typed it: by another, or nobody, nothing is saved.
    if (why === LOGGED_OUT && root.querySelector('form[data-guard][data-dirty="1"]')) {
      document.dispatchEvent(new Event("logged-out"));
      return;
    }
    const note = document.createElement("div");
    note.className = "note note-warning";
    note.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = `${why} Därför visas inte listorna. `;
    const link = document.createElement("a");
    link.href = location.pathname;
    link.textContent = "Visa sidan på nytt";
    text.append(link);
    note.append(text);
    root.replaceChildren(note);
    delete root.dataset.fresh;
  };

  const LOGGED_OUT = "Du är inte inloggad här längre.";
  const OVER = "Det som stod här är avslutat.";

  const saveState = (text) => {
    const place = document.getElementById("save-state");
    if (place && (text || place.textContent.startsWith(SILENT))) place.textContent = text;
  };

  const versions = new WeakMap();

  // The name by which the server knows a question that no person asks: it keeps no log-in alive.
  const get = async (address, version) => {
    const headers = { "HX-Request": "true", "HX-Trigger": "calls", "X-Shown": version };
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(15000) });
    const now = answer.headers.get("X-Now");
    if (now) document.dispatchEvent(new CustomEvent("server-time", { detail: now }));
    return answer;
  };

  const askAll = async (root) => {
    try {
      const response = await get(root.dataset.fresh, versions.get(root) ?? root.dataset.version);
      const text = await response.text();
      if (root !== shown()) return;
      if (response.status === 204) {
        root.dataset.shown = response.headers.get("X-Shown-At");
        for (const place of root.querySelectorAll("[data-shown-at]")) place.textContent = root.dataset.shown;
        if (!whole || root.querySelector(".fresh-note")) {
          hands = findHands();
          if (latest) merge(latest);
        }
      } else if (response.status === 401) close(root, LOGGED_OUT);
      else if (response.status === 404) {
        close(root, OVER);
        asked = -Infinity;
      }
      else if (!response.ok) throw new Error(response.statusText);
      else {
        const answer = new DOMParser().parseFromString(text, "text/html");
        const fresh = answer.getElementById("status");
        if (fresh?.dataset.for !== root.dataset.for) close(root, LOGGED_OUT);
        else {
          // What is of a drill goes from under a hand too: nobody is to ring by it in earnest.
          hands = fresh.hasAttribute("data-drill") === root.hasAttribute("data-drill") ? findHands() : [];
          merge(answer);
          versions.set(root, answer.getElementById("status").dataset.version);
        }
      }
      saveState("");
    } catch {
      saveState(`${SILENT} ${root.dataset.shown}. Servern svarar inte.`);
    }
  };

  /* Of a page that does not follow what happens the head does: whether it is an outage or a drill, and the reminders. */

  const askHead = async (head) => {
    try {
      const response = await get(head.dataset.head, versions.get(head) ?? "");
      if (response.status === 401) document.dispatchEvent(new Event("logged-out"));
      if (response.status !== 200) return;
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("stuck");
      if (!head.isConnected || fresh?.dataset.for !== head.dataset.for) return;
      hands = findHands();
      whole = true;
      settleHead(head, fresh);
      hands = [];
      // What is not shown whole is asked for once more.
      if (whole) versions.set(head, response.headers.get("X-Version"));
    } catch {
      // The server is silent: what somebody sends says so.
    }
  };

  let asking = false;
  let asked = performance.now();

  // The page may be another than the one that the script came with.
  const ask = async () => {
    const root = shown()?.dataset.fresh ? shown() : null;
    const head = document.getElementById("stuck");
    const every = root ? Number(root.dataset.every) || EVERY : HEAD_EVERY;
    if (asking || document.hidden || performance.now() - asked < every) return;
    asking = true;
    asked = performance.now();
    if (root) await askAll(root);
    else if (head?.dataset.head) await askHead(head);
    asking = false;
  };

  document.addEventListener("visibilitychange", () => {
    asked = -Infinity;
    ask();
  });
  window.setInterval(ask, 250);
})();
