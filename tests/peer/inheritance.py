#!/usr/bin/env python3
"""A site of templates that import, include, extend and set in each other, to compare with the real Zola.

usage: inheritance.py OUT SEED COUNT

Which macros a name means, and which variables a template sees, depends on who called whom: blocks, macros, includes and
loops call each other here by chance. The same seed gives the same site. Some are refused: `sieve.py` sorts those out.
"""
import random
import re
import shutil
import sys
from pathlib import Path

SPACES, MACROS, VARIABLES = "nmo", "abc", "xyz"
FILES = [f"f{number}.html" for number in range(5)]
PARAMETERS = ["d=0", 'd=0, x="dx"', 'd=0, x="dx", y=1', 'x="e", y="f", d=0']
SHOWN = list(VARIABLES) + ["page.title", "config.title", "lang", "loop.index", "current_path", "d"]


class Writer:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def call(self, space, depth):
        more = self.r.choice(["", ", x=x | default(value=1)", ', y="k"'])
        return "{{ " + f"{space}::{self.r.choice(MACROS)}(d={depth}{more})" + " }}"

    def statement(self, depth, inside):
        """One piece of a template; what is inside of macros and includes calls with one less, so that it ends."""
        r, chance = self.r, self.r.random()
        if chance < 0.2:
            return "{{ " + r.choice(SHOWN) + ' | default(value="-") }}'
        if chance < 0.3:
            value = r.choice([f'"s{r.randrange(9)}"', '"e" ~ d | default(value=7)', "1", "m::a(d=0)"])
            return "{% set " + r.choice(VARIABLES) + " = " + value + " %}"
        if chance < 0.38:
            return "{% set_global " + r.choice(VARIABLES) + f' = "g{r.randrange(9)}"' + " %}"
        if chance < 0.58:
            if inside:
                return "{% if d | default(value=0) > 0 %}" + self.call(r.choice([*SPACES, "self"]), "d - 1") + "{% endif %}"
            return self.call(r.choice(SPACES), r.randrange(3))
        if chance < 0.66 and depth:
            return '{% include "i' + str(r.randrange(3)) + '.html" %}'
        if chance < 0.74 and depth:
            otherwise = r.choice(["", "{% else %}" + self.body(depth - 1, inside)])
            items = r.choice(["1, 2", '"p"', ""])
            name = r.choice(VARIABLES)
            return "{% for " + name + " in [" + items + "] %}" + self.body(depth - 1, inside) + otherwise + "{% endfor %}"
        if chance < 0.82 and depth:
            asked = r.choice(["true", "false", "x", "y is defined", "d"])
            branches = self.body(depth - 1, inside) + "{% else %}" + self.body(depth - 1, inside)
            return "{% if " + asked + " %}" + branches + "{% endif %}"
        if chance < 0.88 and depth:
            return "{% filter upper %}" + self.body(depth - 1, inside) + "{% endfilter %}"
        return r.choice("tuv")

    def body(self, depth=2, inside=False):
        return "".join(self.statement(depth, inside) for _ in range(self.r.randint(1, 3)))

    def imports(self, files=FILES):
        spaces = self.r.sample(SPACES, 3 if self.r.random() < 0.93 else 2)
        return "".join('{% import "' + self.r.choice(files) + f'" as {space} %}}' for space in spaces)

    def macros(self, tag):
        names = self.r.sample(MACROS, 3)
        one = lambda name: f"{{% macro {name}({self.r.choice(PARAMETERS)}) %}}({tag}{name}{self.body(1, True)}){{% endmacro %}}"
        return "".join(map(one, names))

    def block(self, name, is_heir, nests=True):
        inner = self.block(name + "1", is_heir, False) if nests and self.r.random() < 0.3 else ""
        parent = self.r.choice(["", "{{ super() }}"]) if is_heir and nests else ""
        return f"{{% block {name} %}}[{name}{self.body(1)}{inner}{parent}]{{% endblock %}}"

    def maybe(self, chance, text):
        return text if self.r.random() < chance else ""

    def page(self):
        if self.r.random() < 0.4:
            blocks = "".join(self.block(name, True) for name in self.r.sample("pqr", self.r.randint(1, 3)))
            head = '{% extends "b' + str(self.r.randrange(3)) + '.html" %}' + self.imports()
            return head + self.maybe(0.3, self.macros("t")) + self.maybe(0.5, '{% set x = "top" %}') + blocks
        return self.imports() + self.maybe(0.3, self.macros("t")) + self.body() + self.body()


def site(out, seed, count):
    w = Writer(seed)
    shutil.rmtree(out, ignore_errors=True)
    content, templates = out / "content", out / "templates"
    content.mkdir(parents=True)
    templates.mkdir()
    (out / "config.toml").write_text('base_url = "https://a.test"\ntitle = "C"\n')
    for name in ("index", "section", "page"):
        (templates / f"{name}.html").write_text("")
    for number, name in enumerate(FILES):
        later = FILES[number + 1 :]
        text = (w.imports(later) if later else "") + w.macros(name[:2])
        # The last file imports none: it can call its own macros only.
        (templates / name).write_text(text if later else re.sub(r"\b[nmo]::", "self::", text))
    for number in range(3):
        text = w.maybe(0.8, w.imports()) + w.maybe(0.4, w.macros(f"i{number}"))
        text += f"<i{number}" + "".join(w.statement(0, True) for _ in range(3)) + ">"
        (templates / f"i{number}.html").write_text(text)
        head = '{% extends "b' + str(number - 1) + '.html" %}' if number else ""
        blocks = "".join(w.block(name, bool(number)) for name in w.r.sample("pqr", 2 if number else 3))
        own = "" if number else w.body(1)
        (templates / f"b{number}.html").write_text(head + w.imports() + w.maybe(0.3, w.macros(f"b{number}")) + own + blocks)
    for number in range(count):
        name = f"x{number:05d}"
        (content / f"{name}.md").write_text(f'+++\ntitle = "T{number}"\ntemplate = "{name}.html"\n+++\n')
        (templates / f"{name}.html").write_text(w.page())


if __name__ == "__main__":
    site(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
