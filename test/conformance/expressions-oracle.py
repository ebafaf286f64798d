"""Prints, as JSON, what ansible-core makes of Jinja expressions: standard input is [variables, [expression, ...]]."""
import json
import sys
import types

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from jinja2.runtime import Undefined

VIEWS = (list, tuple, types.GeneratorType, range, type({}.keys()), type({}.values()), type({}.items()), map, filter, zip)


def plain(value):
    if isinstance(value, Undefined):
        raise KeyError("undefined")
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, VIEWS):
        return [plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    raise TypeError(type(value).__name__)


variables, expressions = json.load(sys.stdin)
templar = Templar(DataLoader(), variables=variables)
environment = templar.environment
answers = []
for expression in expressions:
    answer = {}
    try:
        value = environment.compile_expression(expression, undefined_to_none=False)(**{**environment.globals, **variables})
        if not isinstance(value, Undefined):
            answer["value"] = plain(value)
    except Exception:  # what Ansible refuses is not compared
        pass
    answers.append(answer)
json.dump(answers, sys.stdout)
