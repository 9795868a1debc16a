"""What the documents say about the house is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from app.flows import sample
from app.sdk.forms import TaskForm
from app.sdk.services import ServiceTask

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
RUNNING = (ROOT / "docs" / "running.md").read_text("utf-8")


def test_the_table_of_settings_names_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", RUNNING, re.MULTILINE))
    assert sorted(rows) == sorted(f.name.upper() for f in fields(Config))
    for f in fields(Config):
        if isinstance(f.default, int | float | str) and f.default:
            assert rows[f.name.upper()] == f"`{f.default}`"


def test_the_accounts_of_the_readme_are_those_of_the_sample() -> None:
    one = sample.MINISTRY[0]
    office = one.offices[0]
    for words in (
        f"`sim{office.kode}` | `{sample.PASSWORDS[sample.OPERATOR]}`",
        f"`{office.head.nip}` | `{sample.PASSWORDS[sample.KEPALA]}` | `{office.head.passphrase}`",
        f"`{one.head.nip}` | `{sample.PASSWORDS[sample.ESELON]}` | `{one.head.passphrase}`",
        f"`telaah{one.kode}` | `{sample.PASSWORDS[sample.PENELAAH]}`",
        f"`biro` | `{sample.PASSWORDS[sample.BIRO]}`",
        f"`admin` | `{sample.PASSWORDS[sample.ADMIN]}`",
    ):
        assert words in README


def test_the_form_and_the_service_task_of_the_readme_work() -> None:
    made: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile("from __future__ import annotations\n" + block, "README.md", "exec"), made)
    form, tasks = made["NomorSurat"], made["TASKS"]
    assert isinstance(form, type)
    assert issubclass(form, TaskForm)
    assert isinstance(tasks["agenda.nomor"], ServiceTask)  # type: ignore[index]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []


def test_every_folder_that_the_readme_names_is_there() -> None:
    table = README[README.index("## Where things are") :]
    assert [f for f in re.findall(r"`([a-z_/]+/)`", table) if not (ROOT / f).is_dir() and f not in INSIDE_TESTS] == []


INSIDE_TESTS = {"stories/", "browser/"}


# ---- docs/deploy ---------------------------------------------------------------------------------------------------

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(p for p in DEPLOY.iterdir() if p.suffix in (".service", ".socket", ".timer"))


def _tool(name: str) -> str:
    """Its path; the test is skipped without it, or fails where ALUR_REQUIRE_TOOLS=1 says that it must be there."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        if os.environ.get("ALUR_REQUIRE_TOOLS") == "1":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def test_the_units_are_what_systemd_understands(tmp_path: Path) -> None:
    for path in UNITS:  # paths of an installation, which this machine does not have
        text = re.sub(r"/opt/alur/\.venv/bin/[a-z]+", "/bin/true", path.read_text())
        (tmp_path / path.name).write_text(re.sub(r"^WorkingDirectory=.*$", "", text, flags=re.MULTILINE))
    command = [_tool("systemd-analyze"), "verify", "--man=no", *(str(tmp_path / p.name) for p in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    about_ours = [line for line in done.stderr.splitlines() if "alur" in line]
    assert (done.returncode, about_ours) == (0, []), done.stderr


def test_the_units_run_what_there_is() -> None:
    commands = [c for p in UNITS for c in re.findall(r"^ExecStart=(.*)$", p.read_text(), re.MULTILINE)]
    assert sorted(c.split("/")[-1].split(" ")[0] for c in commands if "flask" in c) == ["alur", "flask"]
    known = set(create_app(Config(secret_key="k" * 32, environment="test").checked()).cli.commands) | {"db"}
    used = re.findall(r"^(?:alur|.*/bin/flask) (\w+)", RUNNING, re.MULTILINE)
    used += [c.split("bin/flask ")[1].split(" ")[0] for c in commands if "bin/flask" in c]
    assert len(used) > 8 and set(used) <= known, set(used) - known


def test_the_example_of_settings_names_settings_and_reads_in_a_shell(tmp_path: Path) -> None:
    example = DEPLOY / "alur.env.example"
    names = re.findall(r"^([A-Z_]+)=", example.read_text(), re.MULTILINE)
    assert {n.removesuffix("_FILE") for n in names} <= {f.name.upper() for f in fields(Config)} and len(names) > 10
    shell = f'set -a; . "{example}"; printf %s "$MAIL_FROM"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout == "Alur <alur@example.go.id>"


def test_gunicorn_takes_its_file() -> None:
    command = [sys.executable, "-m", "gunicorn", "--check-config", "-c", str(DEPLOY / "gunicorn.conf.py"), "app:ROOT"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "rror" not in done.stderr or "callable" in done.stderr, done.stderr


def test_a_service_has_time_to_end_what_it_began() -> None:
    """systemd kills later than gunicorn does, and gunicorn later than the signature that takes longest."""
    made: dict[str, object] = {}
    exec(compile((DEPLOY / "gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"), made)
    (stop,) = re.findall(r"TimeoutStopSec=(\d+)", (DEPLOY / "alur-web.service").read_text())
    assert Config.tte_timeout_sign + 10 < made["graceful_timeout"] < made["timeout"] < int(stop)  # type: ignore[operator]


@pytest.mark.slow
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    nginx, openssl = _tool("nginx"), _tool("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    new = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/nginx/alur_proxy.conf", str(DEPLOY / "alur_proxy.conf"))
    site = re.sub(r"/etc/letsencrypt/\S+/fullchain.pem", str(certificate), site)
    site = re.sub(r"/etc/letsencrypt/\S+/privkey.pem", str(key), site)
    site = re.sub(r"listen (\[::\]:)?(80|443)", lambda m: f"listen {m[1] or '127.0.0.1:'}18{m[2]}", site)
    kept = "".join(f"{n}_temp_path {tmp_path}/{n};\n" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{site}\n}}\n"
    )
    done = subprocess.run([nginx, "-t", "-p", tmp_path, "-c", whole], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_container_file_names_what_there_is() -> None:
    text = (ROOT / "Containerfile").read_text()
    for words in ("USER alur", "HEALTHCHECK", "/ready", "docs/deploy/gunicorn.conf.py", "app/web/assets/ensure.py"):
        assert words in text
    assert ".venv" in (ROOT / ".dockerignore").read_text().split()
