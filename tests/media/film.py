#!/usr/bin/env python3
"""Makes the capsule: drawings that breathe slowly, a synthetic voice, captions with measured times.

    python3 tests/media/film.py

From `scripts/capsule.txt` and `drawings/scene-*.svg`, into `content/videos/capsule/`: `capsule.mp4` (720p),
`capsule-360p.mp4`, `capsule.mp3`, `capsule.vtt`, `affiche.webp`. No flash: fades of 0.8 s, a zoom of 4 %.
"""

import subprocess
import tempfile
from pathlib import Path

import drawing
import voice

FADE, RATE, TAIL = 0.8, 25, 1.2
SCALE = 3  # drawings are rendered larger than the film, so that the slow zoom does not tremble


def main():
    here = Path(__file__).parent
    out = voice.root() / "content" / "videos" / "capsule"
    out.mkdir(parents=True, exist_ok=True)
    reel, scenes = record((here / "scripts" / "capsule.txt").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        wav, mp3 = Path(folder) / "voice.wav", out / "capsule.mp3"
        reel.save(wav)
        voice.master(wav, mp3, "Le 119 : qui peut appeler, que se passe-t-il ?", "Repères")
        shots = []
        for name in sorted({name for name, _ in scenes}):
            png = Path(folder) / f"{name}.png"
            drawing.render(complete((here / "drawings" / f"{name}.svg").read_text("utf-8")), png, 1280, 720, SCALE)
        for name, seconds in scenes:
            shots.append((Path(folder) / f"{name}.png", seconds))
        silent = Path(folder) / "silent.mp4"
        assemble(shots, silent)
        encode(silent, mp3, out / "capsule.mp4", "scale=1280:720", "27", "96k")
        encode(silent, mp3, out / "capsule-360p.mp4", "scale=640:360", "28", "64k")
        subprocess.run(
            ["ffmpeg", "-y", "-loglevel", "error", "-i", str(shots[0][0]), "-vf", "scale=960:540", "-c:v", "libwebp", "-quality", "60",
             "-map_metadata", "-1", "-fflags", "+bitexact", str(out / "affiche.webp")], check=True)
    note = "Voix de synthèse. Textes et temps produits ensemble à partir du script."
    cues = voice.cues(reel.said, 36, reel.now)
    (out / "capsule.vtt").write_text(voice.vtt(cues, note, voices=False), "utf-8")
    print(f"capsule: {reel.now:.1f} s, {len(cues)} captions; sizes to write in the page:")
    for path in sorted(out.glob("capsule*.mp*")):
        print(f"  {path.name} {path.stat().st_size / 1e6:.1f} Mo")


def record(script):
    """The voice, and the drawings in order with the seconds each one stays."""
    reel, marks = voice.Reel(), []
    reel.silence(0.9)
    for line in script.splitlines():
        if line.startswith("# "):
            if marks:
                reel.silence(0.7)
            marks.append((0.0 if not marks else reel.now - 0.35, line[2:].split()))
        elif ":" in line and not line.startswith(";"):
            who, _, text = line.partition(":")
            reel.say(who, text.strip(), pause=0.55)
    reel.silence(TAIL)
    scenes = []
    for rank, (start, names) in enumerate(marks):
        end = marks[rank + 1][0] if rank + 1 < len(marks) else reel.now
        scenes += [(name, (end - start) / len(names)) for name in names]
    return reel, scenes


def assemble(shots, silent):
    """Slow zoom on each drawing, soft fades between them; each shot lasts its time plus the fade."""
    inputs, chains = [], []
    for rank, (png, seconds) in enumerate(shots):
        frames = round((seconds + FADE) * RATE)
        inputs += ["-i", str(png)]
        chains.append(
            f"[{rank}:v]zoompan=z='1+0.04*on/{frames}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2'"
            f":d={frames}:s=1280x720:fps={RATE},format=yuv420p,settb=1/{RATE}[s{rank}]"
        )
    last, at = "s0", 0.0
    for rank in range(1, len(shots)):
        at += shots[rank - 1][1]
        chains.append(f"[{last}][s{rank}]xfade=transition=fade:duration={FADE}:offset={at:.3f}[x{rank}]")
        last = f"x{rank}"
    subprocess.run(
        ["ffmpeg", "-y", "-loglevel", "error", *inputs, "-filter_complex", ";".join(chains), "-map", f"[{last}]",
         "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", str(silent)], check=True)


def encode(silent, sound, mp4, size, quality, audio):
    subprocess.run(
        ["ffmpeg", "-y", "-loglevel", "error", "-i", str(silent), "-i", str(sound), "-map", "0:v", "-map", "1:a",
         "-vf", f"{size},format=yuv420p", "-c:v", "libx264", "-preset", "slow", "-tune", "animation", "-crf", quality,
         "-profile:v", "main", "-g", "125", "-c:a", "aac", "-b:a", audio, "-ac", "1", "-shortest",
         "-map_metadata", "-1", "-fflags", "+bitexact", "-metadata:s:a:0", "language=fra",
         "-movflags", "+faststart", str(mp4)], check=True)


def complete(scene):
    """Puts the shared frame (paper, strokes, letters) around the strokes of a scene."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720">'
        "<style>.l{fill:none;stroke:#0F4C5C;stroke-width:7;stroke-linecap:round;stroke-linejoin:round}"
        ".p{fill:#FBF7EF}.a{fill:#E0A030}.b{fill:#F3DDAE}.t{font-family:'Atkinson Hyperlegible','DejaVu Sans',sans-serif;"
        "fill:#0F4C5C}</style>"
        f'<rect width="1280" height="720" class="p"/>{scene}</svg>'
    )


if __name__ == "__main__":
    main()
