"""Speech from text: one sentence at a time, measured, so that captions carry real times.

Entry point: `Reel`, a growing strip of sound that remembers what was said and when.
It knows espeak-ng and ffmpeg; it does not know episodes, films or front matter.
"""

import array
import math
import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass, field
from pathlib import Path

RATE = 22050

# Two synthetic voices. They are announced as such wherever they are heard.
VOICES = {
    "Camille": ["-v", "fr+f2", "-s", "144", "-p", "48", "-a", "110"],
    "Le lecteur": ["-v", "fr+m3", "-s", "140", "-p", "38", "-a", "110"],
    "Récit": ["-v", "fr+f2", "-s", "136", "-p", "46", "-a", "110"],
}

# What is written and how it is said. Service numbers are said as people say them.
SAID = [
    ("allo119.gouv.fr", "allo cent dix-neuf, point gouv, point F R"),
    ("3018", "trente dix-huit"),
    ("3114", "trente et un quatorze"),
    ("2.0", "deux point zéro"),
    ("24 heures sur 24", "vingt-quatre heures sur vingt-quatre"),
    ("SMS", "S M S"),
    ("Repères", "Repère"),
    ("tchat", "tchatte"),
    ("vient-il", "vient-t-il"),
    ("aide le plus.", "aide le plusse."),
    ("qui ferment", "qui ferme"),
    ("textes écrits", "texte écrits"),
    ("échanges en", "échange en"),
    ("«", ""),
    ("»", ""),
    ("\u00a0", " "),
    ("\u202f", " "),
]


@dataclass
class Said:
    """One sentence, who said it, and when (seconds)."""

    who: str
    text: str
    start: float
    end: float


@dataclass
class Reel:
    """Sound recorded so far (16-bit mono) and the sentences in it."""

    samples: array.array = field(default_factory=lambda: array.array("h"))
    said: list = field(default_factory=list)

    @property
    def now(self):
        return len(self.samples) / RATE

    def silence(self, seconds):
        self.samples.extend([0] * int(seconds * RATE))

    def say(self, who, text, pause=0.42):
        """Says a paragraph sentence by sentence; the pause follows each sentence."""
        for sentence in sentences(text):
            start = self.now
            self.samples.extend(speak(who, sentence))
            self.said.append(Said(who, sentence, start, self.now))
            self.silence(pause)

    def bell(self, notes=(523.25, 659.25, 783.99), level=0.16):
        """Three soft notes, to open, to close and to change subject."""
        step, ring = 0.28, 1.6
        total = int((step * (len(notes) - 1) + ring) * RATE)
        strip = [0.0] * total
        for rank, pitch in enumerate(notes):
            offset = int(rank * step * RATE)
            for i in range(int(ring * RATE)):
                t = i / RATE
                swell = min(1.0, t / 0.02) * math.exp(-3.2 * t)
                tone = math.sin(2 * math.pi * pitch * t) + 0.25 * math.sin(4 * math.pi * pitch * t)
                strip[offset + i] += level * swell * tone
        self.samples.extend(int(max(-1.0, min(1.0, v)) * 32000) for v in strip)

    def save(self, path):
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.samples.tobytes())


def sentences(text):
    """Splits a paragraph after . ? ! … when a capital, a quote or a digit follows."""
    text = " ".join(text.split())
    parts = re.split(r"(?<=[.?!…])\s+(?=[A-ZÀÂÇÉÈÊÎÔ«0-9])", text)
    return [part for part in parts if part]


def speak(who, text):
    """Samples of one sentence, without the silence espeak-ng leaves around it."""
    for written, spoken in SAID:
        text = text.replace(written, spoken)
    with tempfile.NamedTemporaryFile(suffix=".wav") as sound:
        command = ["espeak-ng", *VOICES[who], "-b", "1", "-w", sound.name, text]
        subprocess.run(command, check=True)
        with wave.open(sound.name) as read:
            assert read.getframerate() == RATE and read.getnchannels() == 1
            samples = array.array("h", read.readframes(read.getnframes()))
    loud = [i for i, v in enumerate(samples) if abs(v) > 120]
    if not loud:
        raise SystemExit(f"espeak-ng said nothing for: {text}")
    edge = int(0.03 * RATE)
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]


def master(wav, mp3, title, album):
    """Softens the voice, brings it to -19 LUFS (mono) in two passes, encodes at a constant rate."""
    tone = (
        "highpass=f=75,lowpass=f=7800,equalizer=f=3200:t=q:w=1.2:g=-2.5,"
        "acompressor=threshold=-20dB:ratio=2.5:attack=8:release=160,alimiter=limit=0.7:level=0"
    )
    aim = "loudnorm=I=-19:TP=-2:LRA=9"
    first = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", str(wav), "-af", f"{tone},{aim}:print_format=json", "-f", "null", "-"],
        check=True, capture_output=True, text=True,
    ).stderr
    seen = dict(re.findall(r'"(\w+)"\s*:\s*"([^"]*)"', first))
    second = (
        f"{aim}:linear=true:measured_I={seen['input_i']}:measured_TP={seen['input_tp']}"
        f":measured_LRA={seen['input_lra']}:measured_thresh={seen['input_thresh']}:offset={seen['target_offset']}"
    )
    subprocess.run(
        ["ffmpeg", "-y", "-hide_banner", "-loglevel", "error", "-i", str(wav), "-af", f"{tone},{second}",
         "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact",
         "-ar", "44100", "-ac", "1", "-c:a", "libmp3lame", "-b:a", "64k", "-compression_level", "0",
         "-id3v2_version", "3", "-metadata", f"title={title}", "-metadata", "artist=Repères",
         "-metadata", f"album={album}", "-metadata", "language=fra", str(mp3)],
        check=True,
    )


def cues(said, width=38, end_of_all=None):
    """Cuts what was said into captions of two short lines, joining short sentences of one voice.

    A caption starts and ends with its words; inside a long sentence the time is shared by length.
    It stays a little longer when silence follows, never into the next one.
    """
    pieces = []
    for item in said:
        blocks = pack(item.text, width)
        # A short caption gets a little more than its share: the eye needs a moment to start.
        total = sum(len(block) + 10 for block in blocks)
        at = item.start
        for block in blocks:
            until = at + (item.end - item.start) * (len(block) + 10) / total
            pieces.append([at, until, item.who, block.replace("\n", " ")])
            at = until
    joined = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last[2] == piece[2] and piece[0] - last[1] < 0.6 and piece[1] - last[0] < 6:
            text = f"{last[3]} {piece[3]}"
            if len(balanced(text, width)) <= 2:
                last[1], last[3] = piece[1], text
                continue
        joined.append(piece)
    out = []
    for rank, (start, end, who, text) in enumerate(joined):
        following = joined[rank + 1][0] if rank + 1 < len(joined) else (end_of_all or end + 1)
        out.append((start, max(end, min(end + 0.9, following - 0.04)), who, "\n".join(balanced(text, width))))
    return out


def pack(sentence, width):
    """Captions of at most two lines; breaks after punctuation first, then at any space."""
    lines = balanced(sentence, width)
    if len(lines) <= 2:
        return ["\n".join(lines)]
    words = sentence.split(" ")
    count = math.ceil(len(sentence) / (2 * width * 0.9))
    ideal = len(sentence) / count
    best, cost = None, None
    for cut in range(1, len(words)):
        left = " ".join(words[:cut])
        if len(balanced(left, width)) > 2:
            break
        if glued(words[cut - 1], words[cut]):
            continue
        penalty = abs(len(left) - ideal) - (18 if left[-1] in ",;:" else 0)
        if cost is None or penalty < cost:
            best, cost = cut, penalty
    return ["\n".join(balanced(" ".join(words[:best]), width)), *pack(" ".join(words[best:]), width)]


def glued(before, after):
    """True when a break here would leave a little word or a French mark alone at an edge."""
    small = {"le", "la", "les", "un", "une", "de", "du", "des", "à", "et", "ou", "au", "aux", "ce", "cette", "en", "ne", "pas", "que", "qui", "il", "elle", "on", "se", "son", "sa", "ses", "«"}
    return before.lower() in small or before.isdigit() or after in {"?", "!", ":", ";", "»"}


def balanced(text, width):
    """Wraps to `width`, choosing for two lines the most even split that does not strand a little word."""
    words = text.split(" ")
    if len(text) <= width:
        return [text]
    choices = []
    for cut in range(1, len(words)):
        left, right = " ".join(words[:cut]), " ".join(words[cut:])
        if len(left) <= width and len(right) <= width:
            cost = abs(len(left) - len(right)) + (12 if glued(words[cut - 1], words[cut]) else 0)
            cost -= 6 if left[-1] in ",;:.?!" else 0
            choices.append((cost, [left, right]))
    if choices:
        return min(choices)[1]
    lines, line = [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def vtt(cue_list, note, voices=True):
    """A WebVTT text. `voices` marks who speaks (`<v Name>`)."""
    out = ["WEBVTT", "", f"NOTE {note}", ""]
    for start, end, who, text in cue_list:
        # As people read it, not as the voice was given it: curly apostrophes, French marks on the line of their word.
        text = re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text.replace("'", "’"))
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        out += [f"{clock(start)} --> {clock(end)}", f"<v {who}>{text}" if voices else text, ""]
    return "\n".join(out)


def clock(seconds):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def root():
    """The top of the repository, wherever it was cloned."""
    return Path(__file__).resolve().parents[2]
