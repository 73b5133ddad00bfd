// M marks: the form for a moment opens with the second at which a shown player stands.
document.addEventListener("keydown", (event) => {
  const form = document.querySelector("[data-mark-form]");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (!form || typing || event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  form.closest("details").open = true;
  const player = document.querySelector("[data-file] video, [data-file] audio");
  if (player?.currentTime) {
    player.pause();
    const whole = Math.floor(player.currentTime);
    form.elements.at.value = [Math.floor(whole / 60), whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
    const file = player.closest("[data-file]").dataset.file;
    if (form.elements.file) form.elements.file.value = file;
  }
  (player?.currentTime ? form.elements.text : form.elements.at).focus();
});
