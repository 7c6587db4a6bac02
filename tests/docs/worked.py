"""A preset with everything that the program makes of it."""

from dataclasses import dataclass
from typing import Any

import presets
from wgwizard import sitefile
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import Result, Study, result, study
from wgwizard.problems import Problem
from wgwizard.recommend import Recommendation
from wgwizard.render import Artefact
from wgwizard.site import Site
from wgwizard.sitefile import yamltext


@dataclass(frozen=True)
class Worked:
    """A preset, its document, the site that it describes with what is said of it, and what follows from it."""

    preset: presets.Preset
    document: dict[str, Any]
    site: Site
    problems: tuple[Problem, ...]
    found: Study
    result: Result

    @property
    def advice(self) -> Recommendation:
        """The recommendation."""
        return self.found.recommendation

    @property
    def rules(self) -> Artefact:
        """β's ruleset."""
        return next(artefact for artefact in self.result.bundle.artefacts if artefact.path.endswith(".nft"))

    def paragraphs(self) -> list[str]:
        """The paragraphs of the preset's comments, each on one line; the first is the title."""
        parts = self.preset.text.partition("\nversion:")[0].split("\n#\n")
        return [" ".join(line.removeprefix("#").strip() for line in part.splitlines()) for part in parts]


def work_out(name: str, **host: Any) -> Worked:
    """From a preset the whole way to its files; `host` is said of Host β in addition."""
    preset = presets.load(name)
    document, problems = yamltext.parse(preset.text.encode())
    assert document is not None, problems
    document = {**document, "host": {**document["host"], **host}}
    site, problems = sitefile.read(document)
    assert site is not None, problems
    found = study(site, Lock())
    return Worked(preset, document, site, problems, found, result(found, Keyring()))
