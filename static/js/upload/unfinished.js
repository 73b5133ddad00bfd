// What was begun another time: to be gone on with once the same file is chosen again, or let go of.
import { fill, size } from "./words.js";

export const showUnfinished = async (box, server, queue) => {
  const part = box.querySelector("[data-unfinished]");
  const list = part.querySelector("ul");
  const begun = (await server.list().catch(() => [])).filter((each) => each.state === "receiving");
  const row = (each) => {
    const line = box.querySelector("[data-begun]").content.firstElementChild.cloneNode(true);
    line.dataset.id = each.id;
    line.querySelector("[data-name]").textContent = each.name;
    line.querySelector("[data-for]").textContent = `: ${each.name}`;
    line.querySelector("[data-said]").textContent = fill(box.dataset.piece, { done: size(each.offset), total: size(each.size) });
    line.querySelector("[data-forget]").onclick = async () => {
      await server.drop(each.url).catch(() => {});
      line.remove();
      count();
    };
    return line;
  };
  const count = () => {
    const left = list.children.length;
    part.hidden = !left;
    part.querySelector("[data-said]").textContent = left === 1 ? box.dataset.oneUnfinished : fill(box.dataset.unfinished, { count: left });
  };
  list.replaceChildren(...begun.map(row));
  count();
  queue.addEventListener("change", ({ detail }) => {
    list.querySelector(`[data-id="${detail.id}"]`)?.remove();
    count();
  });
};
