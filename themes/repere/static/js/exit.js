// The link works without this file; with it, the page is covered and its history entry replaced. Shift x3 does the same.
(() => {
  const root = document.documentElement;
  const link = document.querySelector("a.exit");
  if (!link) return;
  const status = document.getElementById("exit-status");
  const title = document.title;
  let presses = 0, used = false, timer, cover;

  const reset = () => {
    presses = 0;
    clearTimeout(timer);
    if (status) status.textContent = "";
  };

  const leave = () => {
    document.title = link.dataset.leaving;
    cover = document.createElement("div");
    cover.className = "leaving-cover";
    cover.setAttribute("role", "alert");
    cover.textContent = link.dataset.leaving;
    document.body.append(cover);
    root.classList.add("leaving");
    for (const media of document.querySelectorAll("audio, video")) media.pause();
    location.replace(link.href);
  };

  for (const way of document.querySelectorAll("a[data-exit]")) {
    way.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      leave();
    });
  }

  // Shift counts when pressed alone: not with a letter, Tab or a click.
  addEventListener("keydown", (event) => {
    if (event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey) return;
    used = event.shiftKey;
    reset();
  });
  addEventListener("pointerdown", (event) => { used = event.shiftKey; reset(); });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    if (used || event.ctrlKey || event.altKey || event.metaKey) {
      used = false;
      return reset();
    }
    presses += 1;
    clearTimeout(timer);
    if (presses > 2) return leave();
    timer = setTimeout(reset, 5000);
    if (status) status.textContent = presses === 1 ? link.dataset.two : link.dataset.one;
  });

  // Back: the page must be usable again.
  addEventListener("pageshow", () => {
    root.classList.remove("leaving");
    if (cover) cover.remove();
    document.title = title;
    reset();
  });
})();
