"""Prints, as JSON, what Ansible, or Jinja set up as Ansible does, makes of templates: standard input is [[text, variables], ...]."""
import json
import sys

EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]


def newlines(text):
    return len(text) - len(text.rstrip("\n"))


try:
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    def render(text, variables):
        templar = Templar(DataLoader(), variables=variables)
        for extension in EXTENSIONS:
            templar.environment.add_extension(extension)
        return str(templar.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False))

    if render("{% if 1 %}\na\n{% endif %}\n", {}) != "a\n":
        raise ValueError("another Ansible than the one that is asked here")
except Exception:
    from jinja2 import Environment, StrictUndefined

    def render(text, variables):
        environment = Environment(trim_blocks=True, extensions=EXTENSIONS, undefined=StrictUndefined, finalize=lambda value: "" if value is None else value)
        result = environment.from_string(text).render(**variables)
        return result + "\n" * max(0, newlines(text) - newlines(result))


answers = []
for text, variables in json.load(sys.stdin):
    try:
        answers.append(render(text, variables))
    except Exception:  # what is refused is not compared
        answers.append(None)
json.dump(answers, sys.stdout)
