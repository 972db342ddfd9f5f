"""Results into a folder: all of them or none."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from qingyuan.assess.refusal import Refused


def check_place(out: Path, names: Collection[str], inputs: Collection[Path]) -> None:
    """Refused when ``out`` cannot become or be the folder of files called ``names``, or when one
    of them is an input."""
    if out.exists() and not out.is_dir():
        raise Refused(f"{out}: is a file; --out names a folder")
    for name in names:
        if (out / name).is_dir():
            raise Refused(f"{out / name}: is a folder, where a file is to be written")
        if any(path.exists() and path.resolve() == (out / name).resolve() for path in inputs):
            raise Refused(f"{out / name}: is an input, and would be overwritten")


def place(out: Path, files: Mapping[str, bytes], obsolete: Collection[str]) -> None:
    """Write ``files`` into ``out``, in their order, and take away ``obsolete`` ones of an earlier
    run. Everything is written out beside its place before the first file is moved there; a new
    folder appears at once with all that is in it. Refused when that cannot be done.

    Inside a folder that exists, since that can be a mounted one and files move only within a disk.
    """
    fresh = not out.is_dir()
    home = out.parent if fresh else out
    try:
        home.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".judging-", dir=home) as beside:
            folder = Path(beside) / "done"
            folder.mkdir()
            for name, content in files.items():
                _write(folder / name, content)
            if fresh:
                folder.rename(out)
                return
            for name in files:
                (folder / name).replace(out / name)
            for name in obsolete:
                (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"{out}: cannot be written: {error.strerror}; nothing was kept") from None


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
