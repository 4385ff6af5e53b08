// Follows the builds of the preview server: a new one reloads the page, a failed one is told on top of it.
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
    overlay.tabIndex = -1;
    Object.assign(overlay.style, {
      position: "fixed", inset: "0", zIndex: "2147483647", overflow: "auto", padding: "2rem", margin: "0",
      background: "#1d1d1f", color: "#f5f5f7", font: "15px/1.5 ui-monospace, monospace", whiteSpace: "pre-wrap",
      textAlign: "left",
    });
    overlay.textContent = text;
    document.body.append(overlay);
  }

  // The browser connects again by itself when the server was away.
  new EventSource("/__repere/events").addEventListener("build", (event) => {
    const news = JSON.parse(event.data);
    if (shown !== null && news.build !== shown) return location.reload();
    shown = news.build;
    tell(news.problems);
  });
})();
