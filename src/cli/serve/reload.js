// Asks the preview server which build it shows; a new one reloads the page, a failed one is told on top of it.
(() => {
  "use strict";
  let shown = null;
  let overlay = null;

  function tell(text) {
    if (overlay) overlay.remove();
    overlay = null;
    if (!text) return;
    overlay = document.createElement("div");
    overlay.setAttribute("role", "alert");
    Object.assign(overlay.style, {
      position: "fixed", inset: "0", zIndex: "2147483647", overflow: "auto", padding: "2rem",
      background: "#1d1d1f", color: "#f5f5f7", font: "15px/1.5 ui-monospace, monospace", whiteSpace: "pre-wrap",
    });
    overlay.textContent = text;
    document.body.append(overlay);
  }

  async function ask() {
    try {
      const answer = await fetch("/__repere/state.json", { cache: "no-store" });
      const state = await answer.json();
      if (shown !== null && state.build !== shown) return location.reload();
      shown = state.build;
      tell(state.problems);
    } catch {
      // The server is stopped or building: ask again.
    }
    setTimeout(ask, 600);
  }

  ask();
})();
