// A roll that is taken without a connection: marks stay on the device until they are merged.
(() => {
  "use strict";

  const form = document.querySelector("[data-offline]");
  if (!form) return;
  // By account: on a shared device nobody goes on with another's marks.
  const name = `roll-${form.dataset.user}-${form.dataset.offline}`;
  const radios = [...form.querySelectorAll(".roll-row input[type=radio]")];
  const title = form.querySelector("[data-offline-title]");
  const words = form.querySelector("[data-offline-words]");
  const box = form.querySelector("[data-offline-status]");
  const send = form.querySelector("[data-offline-send]");
  const drop = form.querySelector("[data-offline-drop]");
  const UNMARKED = "UNMARKED";

  const member = (radio) => radio.name.replace("status_", "");

  // What stands on the page, by member.
  function shown() {
    const marks = {};
    radios.forEach((radio) => {
      marks[member(radio)] ??= UNMARKED;
      if (radio.checked) marks[member(radio)] = radio.value;
    });
    return marks;
  }

  function names() {
    const found = {};
    form.querySelectorAll(".roll-row").forEach((row) => {
      const radio = row.querySelector("input[type=radio]");
      if (radio) found[member(radio)] = row.querySelector("legend span").firstChild.textContent;
    });
    return found;
  }

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // A device may refuse to keep anything; then only what is sent at once is safe.
  let keeps = true;
  let saved = null;
  try {
    saved = JSON.parse(localStorage.getItem(name));
  } catch {
    saved = null;
  }
  let base = saved ? saved.base : shown();

  function keep() {
    try {
      localStorage.setItem(name, JSON.stringify(saved));
    } catch {
      keeps = false;
    }
  }

  let mayKeepPage = true;

  async function clear() {
    mayKeepPage = false;
    saved = null;
    base = shown();
    try {
      localStorage.removeItem(name);
      if ("caches" in window) await caches.delete(name);
    } catch {
      keeps = false;
    }
  }

  function waiting() {
    if (!saved) return 0;
    return Object.keys(saved.marks).filter((id) => saved.marks[id] !== (saved.base[id] ?? UNMARKED)).length;
  }

  function say(tone, head, text) {
    box.className = `callout-box ${tone}`.trim();
    title.textContent = head;
    words.replaceChildren(...(Array.isArray(text) ? text : [text]));
  }

  function link(url, text) {
    const anchor = document.createElement("a");
    anchor.className = "link";
    anchor.href = url;
    anchor.textContent = text;
    return anchor;
  }

  function tell() {
    const count = waiting();
    send.disabled = !count;
    if (!keeps) {
      say("bad", "本机不能保存", "浏览器不允许保存登记，请不要关闭本页，有网络后立即合并。");
    } else if (!navigator.onLine) {
      say("warn", "离线", count ? `${count} 人的登记保存在本机，有网络后请点“合并到名册”。` : "可以登记，登记保存在本机。");
    } else if (count) {
      say("warn", "有网络，还没有合并", `${count} 人的登记保存在本机，请点“合并到名册”。`);
    } else {
      say("ok", "已同步", "本机没有还没合并的登记。");
    }
  }

  let isRestoring = false;
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio" && !isRestoring) note();
  });
  // The button that marks all fires no change of each.
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-roll-all]")) setTimeout(note);
  });

  function note() {
    // What was tried under a key may have arrived: something else needs another.
    const key = saved && !saved.tried ? saved.key : newKey();
    saved = { key, base, marks: shown(), names: names(), taken_at: new Date().toISOString() };
    keep();
    tell();
  }

  send.addEventListener("click", async () => {
    if (!saved) return;
    saved.tried = true;
    keep();
    send.setAttribute("aria-busy", "true");
    say("", "正在合并", "请稍候，不要关闭本页。");
    try {
      await merge();
    } catch {
      say("warn", "没有连上", "登记还在本机，有网络后请再点“合并到名册”。不会重复登记。");
    }
    send.removeAttribute("aria-busy");
  });

  async function merge() {
    const answer = await fetch(form.dataset.merge, {
      method: "POST",
      redirect: "manual",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify({
        key: saved.key, base: saved.base, marks: saved.marks, taken_at: saved.taken_at,
      }),
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      const login = `${form.dataset.login}?next=${encodeURIComponent(location.pathname)}`;
      say("warn", "登录已过期", [
        "登记还在本机，没有丢失。请", link(login, "重新登录"), "，回到本页后再点“合并到名册”。",
      ]);
      return;
    }
    const said = await answer.json();
    if (!answer.ok) {
      say("bad", "没有合并", `${said.error} 登记还在本机。`);
      return;
    }
    await clear();
    if (said.conflicts) {
      location.assign(said.conflicts);
      return;
    }
    tell();
    say("ok", "已同步", "已合并到名册，本机保存的姓名和登记已清除。再次离线登记前，请在有网络时重新打开本页。");
  }

  drop.addEventListener("click", async () => {
    const count = waiting();
    const what = count ? `清除本机还没合并的 ${count} 人的登记？` : "清除本机保存的名单？";
    if (!window.confirm(what)) return;
    // Not loaded anew: that would keep the page on the device again.
    put(base);
    await clear();
    tell();
    if (keeps) say("ok", "已清除", "本机不再保存姓名和登记。再次离线登记前，请在有网络时重新打开本页。");
  });

  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);

  // What was marked here before comes back onto the page; what was not follows the page.
  function restore() {
    const fresh = shown();
    Object.keys(fresh).forEach((id) => {
      if ((saved.marks[id] ?? UNMARKED) === (base[id] ?? UNMARKED)) {
        base[id] = fresh[id];
        saved.marks[id] = fresh[id];
      }
    });
    put(saved.marks);
  }

  function put(marks) {
    radios.forEach((radio) => {
      radio.checked = radio.value === marks[member(radio)];
    });
    isRestoring = true; // the counts above the roll follow, nothing new is noted
    radios[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    isRestoring = false;
  }
  if (saved) restore();
  tell();

  // Without a secure connection there is no worker; then the page has to stay open.
  if ("serviceWorker" in navigator && "caches" in window) {
    navigator.serviceWorker
      .register(form.dataset.worker, { scope: location.pathname })
      .then(async () => {
        const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
        const own = parts.filter((url) => url.startsWith(`${location.origin}/static/`));
        const cache = await caches.open(name);
        await cache.addAll([...new Set([location.href.split("#")[0], ...own])]);
        if (!mayKeepPage) await caches.delete(name);
        form.dataset.kept = "1";
      })
      .catch(() => {});
  }
})();
