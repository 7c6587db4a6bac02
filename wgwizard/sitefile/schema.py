"""The JSON Schema of the site file, for editors: what a field is for is said in the words of its question."""

from typing import Any

import msgspec

from wgwizard.questions import GROUPS, Question
from wgwizard.sitefile import filemodel as model

_AT_LEAST_ONE = ((model.SitePart, "networks"), (model.HostPart, "addresses"), (model.SiteFile, "points"))


def schema() -> dict[str, Any]:
    """A JSON Schema (draft 2020-12); each field has a description."""
    described = msgspec.json.schema(model.SiteFile)
    parts: dict[str, Any] = described["$defs"]
    for kind, names in model.REQUIRED.items():
        parts[kind.__name__]["required"] = list(names)
    for kind, name in _AT_LEAST_ONE:
        parts[kind.__name__]["properties"][name]["minItems"] = 1
    questions = {question.id: question for group in GROUPS for question in group.questions}
    _describe(parts, model.SiteFile.__name__, "", questions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _describe(parts: dict[str, Any], part: str, path: str, questions: dict[str, Question]) -> None:
    """Describe the fields of one part, which stands at `path` ("points[*]."), and of the parts in it."""
    for name, field in parts[part]["properties"].items():
        here, holder = f"{path}{name}", field
        if field.get("type") == "array":
            here, holder = f"{here}[*]", field["items"]
        inner = holder.get("$ref", "").rpartition("/")[2]
        question = questions.get(f"{path}{name}")
        if question is not None:
            field["description"] = f"{question.prompt} ({question.word})\n\n{question.why}"
        elif inner:
            field.setdefault("description", parts[inner]["description"])
        if inner:
            _describe(parts, inner, f"{here}.", questions)
