// Files come from the control, from a folder, or dropped; folders with everything in them.
const inside = async (entry, path = "") => {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    return [[file, path + file.name]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    for (const each of some) found.push(...await inside(each, `${path}${entry.name}/`));
  }
  return found;
};

const dropped = async (transfer) => {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => [file, file.name]);
  return (await Promise.all(entries.map((entry) => inside(entry)))).flat();
};

export const choosing = (form, box, take) => {
  const chosen = form.querySelector("input[type=file][name=files]");
  const folder = box.querySelector("[data-folder]");
  for (const input of [chosen, folder]) {
    const adopt = () => {
      [...input.files].forEach((file) => take(file, file.webkitRelativePath || file.name));
      // They are on their way, and are not to be sent with the form once more.
      input.value = "";
    };
    input.addEventListener("change", adopt);
    // Chosen before this script was there.
    if (input.files.length) adopt();
  }
  box.querySelector("[data-folder-button]").onclick = () => folder.click();
  const zone = box.querySelector("[data-drop]");
  const over = (on) => (event) => { event.preventDefault(); zone.toggleAttribute("data-over", on); };
  form.ondragover = over(true);
  form.ondragleave = over(false);
  form.ondrop = async (event) => {
    over(false)(event);
    (await dropped(event.dataTransfer)).forEach(([file, name]) => take(file, name));
  };
};
