(() => {
  "use strict";
  const light = document.getElementById("live");
  const word = document.getElementById("live-text");
  let busy = false, again = false, last = 0;

  function say(state, text) {
    light.dataset.state = state;
    if (word.textContent !== text) word.textContent = text;
  }

  function age(then) {
    const s = Math.max(0, Math.round((Date.now() - then) / 1000));
    if (s < 60) return s + "s";
    if (s < 3600) return Math.floor(s / 60) + "m";
    if (s < 86400) return Math.floor(s / 3600) + "h";
    return Math.floor(s / 86400) + "d";
  }

  function tick() {
    for (const time of document.querySelectorAll("#page time")) {
      if (/^\d+[smhd]$/.test(time.textContent)) time.textContent = age(Date.parse(time.dateTime));
    }
  }

  // What a reader has begun stays: the chosen nodes, the focus and the place on the page.
  function swap(next) {
    const page = document.getElementById("page");
    for (const box of page.querySelectorAll("input:checked")) {
      const twin = next.querySelector(`input[value="${CSS.escape(box.value)}"]`);
      if (twin) twin.checked = true;
    }
    const focus = document.activeElement;
    const mine = page.contains(focus) && focus !== page
      ? focus.value ? `input[value="${CSS.escape(focus.value)}"]` : focus.getAttribute("href") ? `a[href="${CSS.escape(focus.getAttribute("href"))}"]` : "button"
      : null;
    page.replaceWith(next);
    if (mine) next.querySelector(mine)?.focus({ preventScroll: true });
  }

  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const text = await answer.text();
      // Only the part that changes: the policy of this page would have the other's style complained of.
      const part = text.slice(text.indexOf("<main"), text.indexOf("</main>") + 7);
      const next = new DOMParser().parseFromString(part, "text/html").getElementById("page");
      if (next) swap(document.adoptNode(next));
    } catch {
      say("lost", "connection lost, trying again");
    }
    busy = false;
    if (again) { again = false; look(); }
  }

  // At most four times a second, the last change always included.
  function look() { setTimeout(refresh, Math.max(0, last + 250 - Date.now())); }

  let opened = false;
  function connect() {
    const stream = new EventSource("/v1/events/stream");
    stream.onopen = () => { say("live", "live"); if (opened) look(); opened = true; };
    stream.addEventListener("changed", look);
    stream.onerror = () => {
      say("lost", "connection lost, trying again");
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => { connect(); look(); }, 10000);
    };
    addEventListener("pagehide", () => stream.close());
  }

  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  say("wait", "connecting");
  connect();
  setInterval(tick, 1000);
  setInterval(() => { if (!document.hidden) look(); }, 15000);
})();
