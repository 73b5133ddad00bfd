// While something graphic is uncovered, the page says so every few seconds, and once more when it is covered. It never says
// for how long: the time is the server's. The answer may be that a break is due; the page offers one and takes nothing away.
const BEAT = 20_000;
const beats = new Map();
const said = document.querySelector("[data-break]");

const close = () => {
  const inside = said.contains(document.activeElement);
  said.replaceChildren();
  if (inside) document.querySelector("[data-revealed]")?.focus();
};

const offerBreak = () => {
  if (!said || said.hasChildNodes()) return;
  said.replaceChildren(document.querySelector("[data-break-words]").content.cloneNode(true));
};

const tell = async (place, ended) => {
  const token = place.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const body = new URLSearchParams(ended ? { csrfmiddlewaretoken: token, ended: "1" } : { csrfmiddlewaretoken: token });
  try {
    const response = await fetch(place.dataset.look, { method: "POST", body, keepalive: true, redirect: "error" });
    if (response.ok && (await response.json()).break) offerBreak();
  } catch {
    // A lost sign costs the ledger a few seconds; the next one makes up for it.
  }
};

const begin = (place) => {
  if (place.dataset.look) beats.set(place, setInterval(() => tell(place), BEAT));
};

// `told`: what takes its place has told the server already.
const end = (place, told) => {
  if (!beats.has(place)) return;
  clearInterval(beats.get(place));
  beats.delete(place);
  if (!told) tell(place, true);
};

said?.addEventListener("click", (event) => {
  const cover = event.target.closest("[data-break-cover]");
  if (cover) document.dispatchEvent(new Event("casework:cover"));
  if (cover || event.target.closest("[data-break-close]")) close();
});

document.addEventListener("casework:uncovered", ({ detail }) => begin(detail.place));
document.addEventListener("casework:covered", ({ detail }) => end(detail.place, detail.told));
document.querySelectorAll("[data-cover][data-look]").forEach(begin);
addEventListener("pagehide", () => [...beats.keys()].forEach((place) => end(place)));
