// Moments of a recording. A link with data-seek goes to its second in the player of its file when that is shown; while
// the file is covered, it waits there, and the button that shows it gets the focus. An address with ?at= waits alike.
const players = (file) => [...file.querySelectorAll("video, audio")];

const seek = (player, seconds) => {
  const go = () => { player.currentTime = Math.min(seconds, player.duration || seconds); };
  if (player.readyState >= HTMLMediaElement.HAVE_METADATA) return go();
  player.addEventListener("loadedmetadata", go, { once: true });
  player.preload = "metadata";
  player.load();
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  const file = link && document.querySelector(`[data-file="${CSS.escape(link.dataset.of)}"]`);
  if (!file || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  file.dataset.at = link.dataset.seek;
  const shown = players(file);
  shown.forEach((player) => seek(player, Number(link.dataset.seek)));
  const target = shown[0] ?? file.querySelector("[data-ask] button, [data-reveal] button") ?? file.querySelector("[data-part] button");
  target?.focus();
  target?.scrollIntoView({ block: "center" });
});

// A player that appears after a reveal begins where the address or the link said, once.
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    const file = node.nodeType === Node.ELEMENT_NODE && node.closest("[data-file][data-at]");
    if (!file) continue;
    const shown = players(file).filter((player) => node.contains(player));
    shown.forEach((player) => seek(player, Number(file.dataset.at)));
  }
}).observe(document.documentElement, { childList: true, subtree: true });

document.querySelector("[data-file][data-at]")?.scrollIntoView({ block: "center" });
