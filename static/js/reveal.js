// Covered material: what is known first, then each step on a deliberate, logged click; covered again by Escape, the button,
// or leaving the tab. What is covered is taken out of the page, and its sound with it.
const say = (what, place, told) => document.dispatchEvent(new CustomEvent(`casework:${what}`, { detail: { place, told } }));
const covered = new Map();  // what is open, and the cover that it stands in place of

const coverAgain = (place) => {
  const original = covered.get(place);
  if (!original) return;
  covered.delete(place);
  say("covered", place);
  place.querySelectorAll("video, audio").forEach((one) => { one.pause(); one.removeAttribute("src"); one.load(); });
  place.replaceWith(original);
  original.querySelector("[data-ask] button, [data-reveal] button")?.focus({ preventScroll: true });
};
const coverAll = () => [...covered.keys()].forEach(coverAgain);

const swap = (place, shown) => {
  covered.set(shown, covered.get(place) ?? place);
  covered.delete(place);
  say("covered", place, true);
  place.replaceWith(shown);
  say("uncovered", shown);
};

const focusOn = (shown, step) => {
  const again = step && shown.querySelector(`[data-step="${step}"] button`);
  (again || shown.querySelector("[data-revealed], [data-asked]"))?.focus({ preventScroll: true });
};

const open = async (form) => {
  const place = form.closest("[data-cover]");
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  try {
    const sent = form.method === "post" ? { method: "POST", body: new FormData(form) } : {};
    const response = await fetch(form.action, { ...sent, headers: { "HX-Request": "true" }, redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = document.importNode(parsed.querySelector("[data-cover]"), true);
    if (!place.isConnected) { say("uncovered", shown); say("covered", shown); return; }  // covered meanwhile
    swap(place, shown);
    focusOn(shown, form.dataset.step);
    if (document.hidden) coverAgain(shown);
  } catch {
    // The page's own way still works, and says what is wrong.
    form.submit();
  } finally {
    button.removeAttribute("aria-disabled");
    delete form.dataset.sent;
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const place = form.closest("[data-cover]");
  if (form.matches("[data-ask], [data-reveal]")) open(form);
  else if (form.matches("[data-leave]") && covered.has(place)) coverAgain(place);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// Silent means silent, whatever the browser's own buttons offer.
document.addEventListener("volumechange", ({ target }) => {
  if (target.matches("[data-silent]") && !target.muted) target.muted = true;
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (covered.size) coverAll();
  else document.querySelector("[data-cover] [data-leave] button")?.click();
});
document.addEventListener("visibilitychange", () => { if (document.hidden) coverAll(); });
document.addEventListener("casework:cover", coverAll);
document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) coverAll(); });  // Escape, there
addEventListener("blur", coverAll);
addEventListener("pagehide", coverAll);
