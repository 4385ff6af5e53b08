#!/usr/bin/env python3
"""Makes the printable cards of the kit (two A4 sheets, eight cards each) and their plain text from the kit's own page.

    python3 tests/media/cards.py

The page is the source: a card is a `### N. Title` followed by « Situation. », « Question. », « Pour bien finir. ».
"""

import re
import textwrap
from xml.sax.saxutils import escape

import voice

INK, PAPER, AMBER = "#0F4C5C", "#FBF7EF", "#E0A030"
PARTS = ("Situation.", "Question.", "Pour bien finir.")


def main():
    kit = voice.root() / "content" / "outils" / "kit-conversation"
    cards = read_cards((kit / "index.md").read_text("utf-8"))
    if len(cards) != 16:
        raise SystemExit(f"16 cards expected, {len(cards)} found")
    for sheet in (1, 2):
        chosen = cards[(sheet - 1) * 8 : sheet * 8]
        (kit / f"cartes-{sheet}.svg").write_text(sheet_svg(chosen, sheet), "utf-8")
    (kit / "cartes.txt").write_text(plain(cards), "utf-8")


def read_cards(page):
    """(number, title, {part: text}) of each card, in order."""
    found = re.findall(r"^### (\d+)\. (.+?)\n(.*?)(?=^##)", page, re.S | re.M)
    cards = []
    for number, title, body in found:
        parts = {p: re.search(rf"\*\*{re.escape(p)}\*\* (.+)", body)[1] for p in PARTS}
        cards.append((int(number), title, parts))
    return cards


def sheet_svg(cards, sheet):
    """One A4 sheet, in millimetres, two columns of four cards with dashed cutting lines."""
    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" role="img" lang="fr"'
        ' font-family="Atkinson Hyperlegible, Verdana, DejaVu Sans, sans-serif">',
        f"<title>Kit de conversation, cartes : feuille {sheet} sur 2</title>",
        '<rect width="210" height="297" fill="#fff"/>',
        f'<g stroke="{INK}" stroke-width="0.25" stroke-dasharray="2 2">'
        + "".join(f'<path d="M8 {10 + row * 68.5} H202"/>' for row in range(5))
        + "".join(f'<path d="M{x} 10 V284"/>' for x in (8, 105, 202))
        + "</g>",
    ]
    for rank, card in enumerate(cards):
        out.append(card_svg(card, 8 + (rank % 2) * 97, 10 + (rank // 2) * 68.5))
    out.append(
        f'<text x="105" y="291" text-anchor="middle" font-size="2.9" fill="{INK}">Besoin d’aide : 119, gratuit, 24 h/24 · '
        "danger : 17 ou 112, SMS au 114 · Repères, kit 1.0, 21 novembre 2026, Licence Ouverte 2.0</text>"
    )
    return "\n".join([*out, "</svg>", ""])


def card_svg(card, x, y):
    number, title, parts = card
    out = [
        f'<g transform="translate({x} {y})">',
        f'<circle cx="9.5" cy="10" r="4.6" fill="none" stroke="{AMBER}" stroke-width="1"/>',
        f'<text x="9.5" y="11.5" text-anchor="middle" font-size="4.2" fill="{INK}">{number}</text>',
        f'<text x="17" y="11.8" font-size="5.2" font-weight="bold" fill="{INK}">{escape(title)}</text>',
    ]
    at = 19.0
    for part in PARTS:
        bold = part == "Question."
        size, width = (3.1, 46) if bold else (3.0, 50)
        out.append(f'<text x="6" y="{at:.1f}" font-size="2.5" fill="{INK}" letter-spacing="0.15">{part.rstrip(".").upper()}</text>')
        at += 3.7
        for line in textwrap.wrap(unbroken(parts[part]), width):
            weight = ' font-weight="bold"' if bold else ""
            out.append(f'<text x="6" y="{at:.1f}" font-size="{size}"{weight} fill="#1B2B30">{escape(line)}</text>')
            at += 3.9
        at += 1.5
    if at > 70:
        raise SystemExit(f"card {number} is too long for its place ({at:.0f} mm)")
    return "\n".join([*out, "</g>"])


def unbroken(text):
    """Keeps French marks on the line of their word, and curls apostrophes."""
    return re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text.replace("'", "’"))


def plain(cards):
    out = ["KIT DE CONVERSATION : LES SEIZE CARTES", "Repères, version 1.0, 21 novembre 2026, Licence Ouverte 2.0", ""]
    for number, title, parts in cards:
        out.append(f"{number}. {title}")
        for part in PARTS:
            out += textwrap.wrap(unbroken(f"{part} {parts[part]}"), 76, initial_indent="   ", subsequent_indent="   ")
        out.append("")
    out += ["Besoin d’aide : 119, gratuit, 24 heures sur 24.", "Danger immédiat : 17 ou 112, ou un SMS au 114.", "Images, chantage en ligne : 3018.", ""]
    return "\n".join(out)


if __name__ == "__main__":
    main()
