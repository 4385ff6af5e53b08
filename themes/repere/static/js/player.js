// A chapter, or a time in the transcript, starts the sound there. Without this file the link leads to the words.
(() => {
  const media = document.querySelector("audio, video");
  if (!media) return;
  for (const link of document.querySelectorAll("a[data-start]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      media.currentTime = Number(link.dataset.start);
      media.play();
    });
  }
})();
