"""Builds the sdist and the wheel, looks at what they hold, and uses the wheel in a bare environment.

    python .ci/wheel.py

Needs `build` (extra `dev`) and the package registry.  Ends with 1, and one line, if something is wrong.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROKEN = ("step(eq(y, N*c)", "step(eq(y, (N + 1)*c)")


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    """The output of a command that ends with `code`."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
    return done.stdout


def expect(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"the package is wrong: {what}")


def contents(dist: Path) -> None:
    """Only what should be there, and all of it."""
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    with tarfile.open(sdist) as file:
        packed = {name.partition("/")[2] for name in file.getnames()}
    tracked = set(run("git", "ls-files", cwd=ROOT).split())
    tops = {name.split("/")[0] for name in names}
    expect(tops <= {"sgdproofs"} | {t for t in tops if t.endswith(".dist-info")}, f"the wheel holds {sorted(tops)}")
    source = {name for name in tracked if name.startswith("sgdproofs/")}
    entries = {f"sgdproofs/_catalogue/{Path(name).name}" for name in tracked if name.startswith("derivations/")}
    own = {name for name in names if ".dist-info/" not in name}
    expect(own == source | entries, f"the wheel differs from the sources by {sorted(own ^ (source | entries))}")
    loose = packed - tracked - {"PKG-INFO", ".gitignore", ""}
    expect(not loose, f"the sdist holds files that are not tracked: {sorted(loose)}")
    wanted = ("sgdproofs", "derivations", "tests", "docs", "benchmarks")
    missing = {n for n in tracked if n.split("/")[0] in wanted} - packed
    expect(not missing, f"the sdist lacks {sorted(missing)}")
    print(f"{wheel.name}: {len(names)} files; {sdist.name}: {len(packed)} files")


def use(wheel: Path, folder: Path) -> None:
    """What a newcomer does in the first ten minutes, with nothing but the wheel."""
    venv.create(folder / "venv", with_pip=True)
    binary = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    run(binary / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    work = folder / "work"
    work.mkdir()
    tool = binary / "sgdproofs"
    listed = {line.split()[0] for line in run(tool, "list", cwd=work).splitlines()}
    shipped = {path.stem.replace("_", "-") for path in (ROOT / "derivations").glob("*.py")}
    expect(shipped <= listed, f"entries are not listed: {sorted(shipped - listed)}")
    expect("proved" in run(tool, "check", "ema-variance-limit", cwd=work), "an entry is not proved")
    example = "from sgdproofs.formulas import ema_variance_limit as f; print(f(N=10, sigma2_x=1.0))"
    expect(run(binary / "python", "-c", example, cwd=work) == "0.05263157894736842\n", "the formula differs")
    run(tool, "new", "nesterov-limit", cwd=work)
    run(binary / "python", "-m", "pytest", "-q", cwd=work)
    file = work / "derivations" / "nesterov_limit.py"
    file.write_text(file.read_text(encoding="utf-8").replace(*BROKEN), encoding="utf-8")
    expect("witness" in run(binary / "python", "-m", "pytest", "-q", cwd=work, code=1), "a broken line has no witness")
    print("installed, listed, checked, imported; a new derivation passes, and fails when it is broken")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
        contents(folder / "dist")
        (wheel,) = (folder / "dist").glob("*.whl")
        use(wheel, folder)


if __name__ == "__main__":
    main()
