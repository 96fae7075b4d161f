// Hobnob: speed and keys for pages that work without it. No build step, no library, nothing inline anywhere.
// Marks in the pages:
//   form[data-quick=NAME]   sent in the background, asking for the part NAME. "row": takes the nearest [data-row] away and
//                           moves on; "flash": only says so; any other NAME: the answer replaces the element with that id.
//   form[data-look=NAME]    after two seconds' pause in typing, or at [data-look-now], asks for the element NAME again.
//   form[data-keep]         its words are kept in this tab until they are sent.
//   [data-key=NAME]         what a key presses: reply, later, done, open, person, pass, choose, like, boost, note, write …
//   [data-focus]            where the focus goes in a [data-row].
//   [data-copy=ID]          copies what stands in the field ID; hidden where there is no script.
"use strict";
(() => {
  const LOOK_AFTER_MS = 2000;
  const SEQUENCE_MS = 1500;
  const KEPT_MAX = 200000;
  const root = document.documentElement;
  const one = (q, from = document) => from.querySelector(q);
  const all = (q, from = document) => [...from.querySelectorAll(q)];
  const isTyping = (el) => !!el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) || (el.tagName === "INPUT" && !/^(checkbox|radio|button|submit|file)$/.test(el.type)));

  // ---- saying so
  const say = (words) => { const s = one("#status"); if (s) { s.textContent = ""; setTimeout(() => { s.textContent = words; }, 50); } };
  const flash = (html) => {
    const place = one("#flash");
    if (!place) return;
    place.innerHTML = html;
    const part = place.firstElementChild;
    if (part) { part.removeAttribute("role"); say([...part.querySelectorAll("span, button")].map((e) => e.firstChild === e.lastChild ? e.textContent : e.innerText).join(" ").replace(/\s+z$/, "")); }
  };
  const flashWords = (words, isBad) => {
    const place = one("#flash");
    if (!place) return;
    const box = document.createElement("div");
    box.className = isBad ? "flash flash--bad" : "flash";
    box.append(Object.assign(document.createElement("span"), { textContent: words }));
    place.replaceChildren(box);
    say(words);
  };

  // ---- copying
  const readyToCopy = () => all("[data-copy][hidden]").forEach((b) => { b.hidden = false; });
  const copy = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    if (!field) return;
    let isDone = false;
    try { await navigator.clipboard.writeText(field.value); isDone = true; } catch {
      // Without a secure address there is no clipboard to ask; the older way still copies what is marked.
      field.focus(); field.select();
      try { isDone = document.execCommand("copy"); } catch { isDone = false; }
    }
    if (!isDone) field.select();
    say(isDone ? "Copied." : "Marked. Copy it with your keys.");
    button.firstChild.textContent = isDone ? "Copied" : "Marked";
  };
  readyToCopy();
  document.addEventListener("click", (e) => { const button = e.target.closest?.("[data-copy]"); if (button) copy(button); });

  // ---- rows
  const rows = () => all("[data-row]").filter((r) => r.offsetParent !== null);
  const mainOf = (row) => one("[data-focus]", row) || one("a, button", row);
  const here = () => document.activeElement?.closest?.("[data-row]") || one("[data-row].is-here");
  const stand = (row) => {
    if (!row) return;
    all("[data-row].is-here").forEach((r) => r.classList.remove("is-here"));
    row.classList.add("is-here");
    mainOf(row)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: row.offsetHeight > innerHeight / 2 ? "start" : "nearest" });
  };
  const step = (by) => {
    const list = rows();
    const at = list.indexOf(here());
    stand(at < 0 ? list[by > 0 ? 0 : list.length - 1] : list[Math.max(0, Math.min(list.length - 1, at + by))]);
  };
  const takeAway = (row) => {
    const list = rows();
    const at = list.indexOf(row);
    const had = row.contains(document.activeElement) || document.activeElement === document.body;
    const next = list[at + 1] || list[at - 1];
    if (row.hasAttribute("data-waits")) all(".nav .n").forEach((n) => { const left = parseInt(n.textContent, 10) - 1; left > 0 ? (n.firstChild.textContent = left) : n.remove(); });
    row.remove();
    if (had && next) stand(next);
  };

  // ---- forms in the background
  const ask = async (form, part, submitter, isLook) => {
    const body = new FormData(form, submitter || undefined);
    // Looking again is about words; pictures are sent once, with the form itself.
    if (isLook) [...body].forEach(([name, value]) => { if (value instanceof File) body.delete(name); });
    const isParts = !isLook && form.enctype === "multipart/form-data";
    const method = (form.getAttribute("method") || "get").toUpperCase();
    let url = submitter?.getAttribute("formaction") || form.action;
    const wish = { method, headers: { "X-Fragment": part, Accept: "text/html" }, credentials: "same-origin" };
    if (method === "GET") url = url.split("?")[0] + "?" + new URLSearchParams(body);
    else wish.body = isParts ? body : new URLSearchParams(body);
    const answer = await fetch(url, wish);
    return { isWell: answer.ok, status: answer.status, html: await answer.text() };
  };
  const quick = async (form, submitter) => {
    const part = form.dataset.quick;
    const row = form.closest("[data-row]");
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    row?.setAttribute("aria-busy", "true");
    try {
      const got = await ask(form, part, submitter);
      if (got.status === 401) { form.submit(); return; }
      if (!got.isWell) { flashWords(wordsOf(got.html), true); return; }
      form.closest("details.menu")?.removeAttribute("open");
      if (part === "row" || part === "flash") {
        flash(got.html);
        if (part === "row" && row) takeAway(row);
        else if (submitter?.hasAttribute("aria-pressed")) submitter.setAttribute("aria-pressed", String(submitter.getAttribute("aria-pressed") !== "true"));
      } else {
        put(part, got.html);
      }
    } catch {
      flashWords("The desk did not answer. Nothing was lost; try again.", true);
    } finally {
      delete form.dataset.busy;
      row?.removeAttribute("aria-busy");
    }
  };
  const wordsOf = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    return [one("h1", page)?.textContent, one(".lede", page)?.textContent].filter(Boolean).join(". ") || "That did not work. Nothing was lost; try again.";
  };
  const put = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return;
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById(id);
    const focused = old.contains(document.activeElement) ? document.activeElement.id || document.activeElement.name : null;
    if (fresh) old.replaceWith(document.importNode(fresh, true));
    else old.innerHTML = html;
    if (focused) (document.getElementById(focused) || one(`[name="${CSS.escape(focused)}"]`, document.getElementById(id)))?.focus({ preventScroll: true });
  };
  document.addEventListener("submit", (e) => {
    const form = e.target;
    // The last row of a list goes the usual way: the page that comes back says that this was everyone.
    const isLast = form.dataset.quick === "row" && rows().length < 2;
    if (form.dataset.quick && !isLast && !e.defaultPrevented) { e.preventDefault(); quick(form, e.submitter); return; }
    if (form.dataset.keep !== undefined) forget(form);
    // A second press while the first is on its way is harmless on the server, and needless here.
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));

  // ---- looking again while typing
  const waits = new WeakMap();
  const look = async (form) => {
    clearTimeout(waits.get(form));
    const part = form.dataset.look;
    const button = one("[data-look-now]", form);
    if (!part || !document.getElementById(part)) return;
    const before = new FormData(form).get("text");
    const place = document.getElementById(part);
    place.setAttribute("aria-busy", "true");
    try {
      const got = await ask(form, part, button, true);
      // Words typed meanwhile are newer than this answer; the next pause asks again.
      if (got.isWell && new FormData(form).get("text") === before) { put(part, got.html); forget(form); one("[data-kept]", form)?.remove(); }
    } catch { /* Looking again is a comfort; the page still holds the words. */ } finally { document.getElementById(part)?.removeAttribute("aria-busy"); }
  };
  document.addEventListener("input", (e) => {
    const form = e.target.form;
    if (!form || e.target.type === "file") return;
    if (form.dataset.keep !== undefined) keep(form);
    if (form.dataset.look) { clearTimeout(waits.get(form)); waits.set(form, setTimeout(() => look(form), LOOK_AFTER_MS)); }
  });
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-look-now]");
    if (button?.form?.dataset.look && document.getElementById(button.form.dataset.look)) { e.preventDefault(); look(button.form); }
  });

  // ---- words kept in the tab
  const nameOf = (form) => "kept:" + location.pathname + ":" + (form.id || form.getAttribute("action") || "");
  const keep = (form) => {
    const fields = {};
    for (const el of form.elements) if (el.name && el.name !== "token" && (el.tagName === "TEXTAREA" || el.type === "text")) fields[el.name] = el.value;
    const text = JSON.stringify(fields);
    try { if (text.length < KEPT_MAX) sessionStorage.setItem(nameOf(form), text); } catch { /* A full or forbidden store keeps nothing. */ }
  };
  const forget = (form) => { try { sessionStorage.removeItem(nameOf(form)); } catch { /* as above */ } };
  const bring = (form) => {
    let fields = null;
    try { fields = JSON.parse(sessionStorage.getItem(nameOf(form)) || "null"); } catch { /* as above */ }
    if (!fields) return;
    let isChanged = false;
    for (const el of form.elements) if (el.name in fields && typeof fields[el.name] === "string" && el.value !== fields[el.name] && fields[el.name].trim()) { el.value = fields[el.name]; isChanged = true; }
    if (isChanged && form.dataset.look) look(form);
  };
  all("form[data-keep]").forEach(bring);

  // ---- pictures by paste and drop
  const giveFiles = (box, files) => {
    const pictures = [...files].filter((f) => f.type.startsWith("image/"));
    if (!pictures.length) return false;
    const bag = new DataTransfer();
    if (box.multiple) [...box.files].forEach((f) => bag.items.add(f));
    pictures.forEach((f) => bag.items.add(f));
    box.files = bag.files;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    say(pictures.length === 1 ? "One picture added." : pictures.length + " pictures added.");
    return true;
  };
  const boxFor = (el) => { const form = el?.closest?.("form"); return form ? one("input[type=file][data-paste]", form) : null; };
  document.addEventListener("paste", (e) => { const box = boxFor(e.target); if (box && e.clipboardData?.files.length && giveFiles(box, e.clipboardData.files)) e.preventDefault(); });
  document.addEventListener("dragover", (e) => { if (boxFor(e.target) && [...(e.dataTransfer?.types || [])].includes("Files")) e.preventDefault(); });
  document.addEventListener("drop", (e) => { const box = boxFor(e.target); if (box && e.dataTransfer?.files.length && giveFiles(box, e.dataTransfer.files)) e.preventDefault(); });
  document.addEventListener("change", (e) => {
    const box = e.target;
    if (!box.matches?.("input[type=file][data-paste]") || !box.files.length) return;
    const send = one("[data-add-pictures]", box.form);
    if (send) { box.form.requestSubmit(send); return; }
    const words = box.closest("label")?.querySelector("span");
    if (words) words.textContent = box.files.length === 1 ? "1 picture" : box.files.length + " pictures";
  });

  // ---- menus
  const closeMenus = (but) => all("details.menu[open]").forEach((m) => { if (m !== but && !m.contains(but)) m.open = false; });
  document.addEventListener("click", (e) => closeMenus(e.target.closest("details.menu")));
  document.addEventListener("focusin", (e) => closeMenus(e.target.closest("details.menu")));

  // ---- new things wait behind a button
  const fresh = one("[data-new]");
  const lookForNew = async () => {
    if (!fresh || document.hidden) return;
    try {
      const answer = await fetch(fresh.dataset.new, { headers: { "X-Fragment": "new" }, credentials: "same-origin" });
      const count = answer.ok ? parseInt(await answer.text(), 10) : 0;
      if (count > 0) { fresh.hidden = false; fresh.textContent = count + " new"; }
    } catch { /* The next look will do. */ }
  };
  if (fresh) { fresh.addEventListener("click", () => location.reload()); setInterval(lookForNew, 60000); }

  // ---- keys
  const go = { t: "/today", i: "/inbox", l: "/listen", c: "/calendar", p: "/people", a: "/aims", b: "/balance", d: "/drafts", w: "/desks", s: "/settings/accounts" };
  let since = 0;
  const press = (name, from) => {
    const el = one(`[data-key="${name}"]`, from || document);
    if (!el) return false;
    if (el.tagName === "SUMMARY") { const menu = el.parentElement; menu.open = !menu.open; if (menu.open) one("button, a", menu.lastElementChild)?.focus(); }
    else if (/^(TEXTAREA|INPUT)$/.test(el.tagName)) { el.type === "checkbox" ? el.click() : el.focus(); }
    else el.click();
    return true;
  };
  const inRow = (name) => { const row = here(); return row ? press(name, row) || (rows().length < 2 && press(name)) : press(name); };
  const acts = {
    "?": () => { location.href = "/keys"; },
    "/": () => { const box = one("input[type=search]"); box && box.offsetParent ? box.focus() : (location.href = "/search"); },
    c: () => { location.href = "/write"; }, n: () => { location.href = "/write"; },
    z: () => one("#flash form[data-undo] button")?.click(),
    ".": () => { if (fresh && !fresh.hidden) fresh.click(); else lookForNew().then(() => say(fresh && !fresh.hidden ? fresh.textContent : "Nothing new.")); },
    j: () => step(1), k: () => step(-1),
    o: () => inRow("open") || mainOf(here() || document.createElement("p"))?.click(),
    r: () => one("#reply textarea") ? press("words", one("#reply")) : inRow("reply") || inRow("open"),
    h: () => inRow("later"), e: () => inRow("done"), x: () => inRow("choose"), p: () => inRow("person"), y: () => inRow("pass"),
    l: () => inRow("like"), b: () => inRow("boost"), a: () => press("note"), u: () => press("back"),
    J: () => press("next"), K: () => press("previous"),
  };
  // Keys that a person changed: pairs of what is typed and what it stands for.
  const own = new Map((root.dataset.own || "").match(/../g)?.map((pair) => [pair[0], pair[1]]) || []);
  const moved = new Set(own.values());
  const meant = (key) => own.get(key) ?? (moved.has(key) ? "" : key);
  const write = (e) => {
    const form = e.target.form;
    if (!form || !(e.ctrlKey || e.metaKey) || e.altKey) return false;
    const key = e.key.toLowerCase();
    const want = key === "enter" ? (e.shiftKey ? "[data-send-done]" : "[data-send]") : e.shiftKey && key === "b" ? "[data-break]" : e.shiftKey && key === "p" ? "[data-look-now]" : null;
    const button = want && (one(want, form) || (want === "[data-send-done]" ? null : want === "[data-send]" ? one("button.btn--main", form) : null));
    if (!button || button.disabled) return false;
    button.click();
    return true;
  };
  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.isComposing || /^(Alt|Shift|Control|Meta|CapsLock)$/.test(e.key)) return;
    if (e.key === "Escape") {
      const open = one("details.menu[open]");
      if (open) { open.open = false; one("summary", open)?.focus(); e.preventDefault(); }
      else if (isTyping(document.activeElement)) document.activeElement.blur();
      return;
    }
    if (isTyping(e.target)) { if (write(e)) e.preventDefault(); return; }
    const mode = root.dataset.keys;
    if (mode === "off" || e.ctrlKey || e.metaKey || e.altKey !== (mode === "alt")) return;
    // With Alt some systems type another sign; then the key's own letter is meant.
    const said = mode === "alt" && !/^[\x20-\x7e]$/.test(e.key) && /^Key[A-Z]$/.test(e.code) ? e.code.slice(3).toLowerCase() : e.key;
    const isAfterG = since > 0 && e.timeStamp - since < SEQUENCE_MS;
    const key = isAfterG ? said : meant(said);
    if (isAfterG) {
      since = 0;
      if (Object.hasOwn(go, key)) { e.preventDefault(); location.href = go[key]; }
      return;
    }
    since = 0;
    if (key === "g") { since = e.timeStamp; e.preventDefault(); return; }
    const act = Object.hasOwn(acts, key) ? acts[key] : null;
    if (act) { e.preventDefault(); act(); }
  });
})();
