"""Drawings (SVG) to pixels, through headless Chromium; flattened to RGB, without alpha, by ffmpeg.

    python3 tests/media/drawing.py        makes the podcast cover, and what titles of links are drawn on
"""

import subprocess
import tempfile
from pathlib import Path

import voice


def render(svg_text, png, width, height, scale=1):
    """Renders one SVG text to a PNG of width × height × scale pixels."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        shot = Path(folder) / "shot.png"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>*{{margin:0}}svg{{display:block}}</style>{svg_text}", "utf-8")
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={folder}/profile", f"--force-device-scale-factor={scale}",
             f"--window-size={width},{height}", f"--screenshot={shot}", page.as_uri()],
            check=True, capture_output=True,
        )
        subprocess.run(
            ["ffmpeg", "-y", "-loglevel", "error", "-i", str(shot), "-pix_fmt", "rgb24", "-map_metadata", "-1",
             "-fflags", "+bitexact", "-compression_level", "100", str(png)],
            check=True,
        )


def main():
    here = Path(__file__).parent
    cover = (here / "drawings" / "cover.svg").read_text("utf-8")
    render(cover, voice.root() / "episodes" / "couverture.png", 1400, 1400)
    ground = (here / "drawings" / "carte.svg").read_text("utf-8")
    render(ground, voice.root() / "themes" / "repere" / "card.png", 1200, 630)


if __name__ == "__main__":
    main()
