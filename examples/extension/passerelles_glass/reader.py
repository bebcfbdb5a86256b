"""A reader: the observatory publishes one JSON file, jobs with what each asks for."""

import json

from passerelles.io.archive import FileSource
from passerelles.model import Competency, Occupation, Provenance
from passerelles.referentials.draft import Draft
from passerelles.referentials.referential import Reader, Referential, finish

FILE = "observatoire.json"


def recognise(source: FileSource) -> bool:
    """Whether the folder or zip holds the observatory's file."""
    return FILE in source.names


def read(source: FileSource) -> Referential:
    """Fill a draft, which checks codes and links as it does for every other reader."""
    data = json.loads(source.read(FILE))
    draft = Draft()
    for job in data["jobs"]:
        draft.occupations[job["code"]] = Occupation(job["code"], job["label"], parent=job["code"])
        for skill in job["skills"]:
            draft.competencies.setdefault(skill, Competency(skill, skill, "savoir-faire"))
            draft.requirements[job["code"]][skill] = "core"
    provenance = Provenance(source=data["publisher"], format="observatory")
    return finish(draft, name="observatoire", version=data["version"], provenance=provenance)


OBSERVATORY = Reader("observatory", recognise, read)
