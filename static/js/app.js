// What a script adds to pages that already work without one.
(() => {
  "use strict";

  document.documentElement.classList.add("js");

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A form asks once before it goes, and goes once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    delete form.dataset.dirty;
    // A form that answers with a file leaves the page as it is, so it stays usable.
    if ("download" in form.dataset) return;
    form.dataset.sent = "1";
    const buttons = all("button:not([type=button])", form);
    // After this turn: a disabled button would not be sent with the form.
    setTimeout(() => buttons.forEach((button) => {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }));
  });

  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      all("button[aria-busy]", form).forEach((button) => {
        button.disabled = false;
        button.removeAttribute("aria-busy");
      });
    });
  });

  // Unsaved work is not lost by a stray click.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && event.target.name && "guard" in form.dataset) form.dataset.dirty = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if ("autosubmit" in event.target.dataset && event.target.form) event.target.form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    all("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const everyone = event.target.closest("[data-roll-all]");
    if (everyone) markAll(everyone.closest("[data-roll]"), everyone.dataset.rollAll);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // The roll: people already marked keep their mark.
  function markAll(roll, value) {
    all(".roll-row", roll).forEach((row) => {
      const choices = all("input[type=radio]", row);
      const wanted = choices.find((choice) => choice.value === value);
      if (wanted && !choices.some((choice) => choice.checked)) {
        wanted.checked = true;
        wanted.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    countRoll(roll);
  }

  function countRoll(roll) {
    const present = new Set(roll.dataset.roll.split(" "));
    const rows = all(".roll-row[data-expected]", roll);
    const marks = rows.map((row) => row.querySelector("input:checked"));
    const here = marks.filter((mark) => mark && present.has(mark.value)).length;
    const open = marks.filter((mark) => !mark).length;
    // Those on approved leave are called but not counted against the rate, as in the record.
    const due = rows.length - marks.filter((mark) => mark && mark.value === "LEAVE").length;
    const say = (name, words) => {
      const place = roll.querySelector(`[data-roll-${name}]`);
      if (place) place.textContent = words;
    };
    say("expected", String(rows.length));
    say("present", String(here));
    say("rate", due ? `${((here * 100) / due).toFixed(1)}%` : "—");
    say("open", open ? `还有 ${open} 人未登记` : "");
    askReasons(roll.closest("form"));
  }

  // Only those who were away or late are asked why; what is written stays in view.
  function askReasons(form) {
    if (!form) return;
    const fields = all("[data-reason-of]", form);
    fields.forEach((field) => {
      const mark = form.elements[field.dataset.reasonOf]?.value;
      const written = field.querySelector("input").value;
      field.hidden = !["LEAVE", "LATE", "ABSENT"].includes(mark) && !written;
    });
    const none = form.querySelector("[data-reasons-none]");
    if (none) none.hidden = fields.some((field) => !field.hidden);
  }

  document.addEventListener("change", (event) => {
    const roll = event.target.closest("[data-roll]");
    if (roll) countRoll(roll);
  });

  // Long lists narrow while typing; names and pinyin lie in data-filter.
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.dataset.filterFor) return;
    const target = box.dataset.filterFor === "roll"
      ? box.closest("[data-roll]") : document.querySelector(box.dataset.filterFor);
    if (!target) return;
    const terms = box.value.trim().toLowerCase().split(/\s+/);
    const rows = all("[data-filter]", target);
    rows.forEach((row) => {
      const words = row.dataset.filter.toLowerCase();
      row.hidden = !terms.every((term) => words.includes(term));
    });
    const count = box.parentElement.querySelector("[data-filter-count]");
    const shown = rows.filter((row) => !row.hidden).length;
    if (count) count.textContent = box.value.trim() ? `找到 ${shown} 条` : "";
  });
  // Enter in a search box narrows; it does not send the form around it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset.filterFor) event.preventDefault();
  });

  function countCharacters(control) {
    let place = control.parentElement.querySelector(".counter");
    if (!place) {
      place = document.createElement("span");
      place.className = "counter";
      place.setAttribute("aria-hidden", "true");
      control.after(place);
    }
    const most = control.maxLength;
    place.textContent = most > 0 ? `${control.value.length} / ${most} 字` : `${control.value.length} 字`;
    place.classList.toggle("over", most > 0 && control.value.length >= most);
  }
  document.addEventListener("input", (event) => {
    if ("counter" in event.target.dataset) countCharacters(event.target);
  });

  function prepare(root) {
    all("[data-roll]", root).forEach(countRoll);
    all("[data-counter]", root).forEach(countCharacters);
  }
  prepare(document);
  // What is about to be replaced takes no taps: they would be lost with it.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "roll") event.detail.target.inert = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target?.id === "roll") event.detail.target.inert = false;
  });

  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
  document.querySelector("[data-focus]")?.focus();

  // Devices are shared: once nobody is signed in, a roll with its names stays only where marks
  // wait to be merged (what offline_roll.js keeps).
  function waits(name) {
    try {
      const { base, marks } = JSON.parse(localStorage.getItem(name));
      return Object.keys(marks).some((id) => marks[id] !== (base[id] ?? "UNMARKED"));
    } catch {
      return false;
    }
  }

  async function forgetRolls() {
    const kept = "caches" in window ? await caches.keys() : [];
    const names = [...kept, ...Object.keys(localStorage)].filter((name) => name.startsWith("roll-"));
    await Promise.all(names.filter((name) => !waits(name)).map((name) => {
      localStorage.removeItem(name);
      return "caches" in window && caches.delete(name);
    }));
  }
  if (document.querySelector("[data-forget-rolls]")) forgetRolls().catch(() => {});
})();
