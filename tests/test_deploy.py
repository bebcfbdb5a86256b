"""What deploys the service is well formed, asks for nothing that it should not, and names things that exist."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from passerelles.service.engine import options_of, variables

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
INSTRUCTIONS = {
    *("FROM", "COPY", "RUN", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "LABEL"),
}


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    return [
        (line.split()[0], line.partition(" ")[2]) for line in text.replace("\\\n", " ").splitlines() if line.strip()
    ]


def environment(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_the_image_is_without_root_and_watched() -> None:
    found = instructions()
    assert {name for name, _ in found} <= INSTRUCTIONS
    last = max(n for n, (name, _) in enumerate(found) if name == "FROM")
    final = dict(found[last:])
    assert final["USER"].split(":")[0] not in ("0", "root")
    assert json.loads(final["ENTRYPOINT"]) == ["passerelles", "serve"]
    check = json.loads(final["HEALTHCHECK"][final["HEALTHCHECK"].index("[") :])
    assert "/health/ready" in check[-1]
    compile(check[-1], "check", "exec")
    copied = [words.split()[:-1] for name, words in found if name == "COPY" and "--from" not in words]
    assert all((ROOT / source).exists() for sources in copied for source in sources)
    assert not any(name == "COPY" and words.split()[0] == "." for name, words in found)  # nothing comes by accident


def test_the_composition_writes_nothing_and_drops_rights() -> None:
    yaml = pytest.importorskip("yaml")
    told: Any = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    (service,) = told["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    known = {*variables().values(), service["environment"]["PASSERELLES_KEY_VARIABLE"]}
    assert set(service["environment"]) <= known


def test_the_unit_is_what_systemd_takes(tmp_path: Path) -> None:
    unit = (DEPLOY / "passerelles.service").read_text("utf-8")
    stated = environment((DEPLOY / "passerelles.env").read_text("utf-8"))
    own = {"PASSERELLES_HOST", "PASSERELLES_PORT", stated["PASSERELLES_KEY_VARIABLE"]}
    assert set(stated) - own <= set(variables().values())
    assert options_of(stated).referential == stated["PASSERELLES_REFERENTIAL"]
    for wanted in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "ExecReload=/bin/kill -HUP"):
        assert wanted in unit
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze here")
    # The program and its file of variables are not on this machine: what is there stands in for them.
    place = tmp_path / "passerelles.service"
    place.write_text(unit.replace("/opt/passerelles/bin/passerelles", "/bin/true"), encoding="utf-8")
    found = subprocess.run([tool, "verify", "--man=no", str(place)], capture_output=True, text=True, check=False)
    about = [line for line in found.stderr.splitlines() if "passerelles.service" in line]
    assert (about, found.returncode) == ([], 0), found.stderr
