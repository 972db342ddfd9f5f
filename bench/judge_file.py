"""The file door on this machine: a gas point's MIN.csv read and judged, from process start to end.

``--days 92 --factors 8`` is a quarter (about a million lines), ``--days 365 --factors 12`` a year
(6.3 million). Making the file is not counted. JSON on stdout; ``reading`` is the file alone, read
in this process.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from qingyuan.assess.minutes import read_minutes

FACTORS = ("a34013", "a21026", "a21002", "a19001", "a01011", "a01012", "a01013", "a01014",
           "a21003", "a21004", "a05001", "a20057")
POINT = """\
kind = "gas"
name = "示例排口"
[gas]
technique = "extractive"
auto_calibration = true
pollutants = ["a34013", "a21026", "a21002"]
o2_reference = 6.0
duct_area_m2 = 12.5
velocity_field_factor = 1.05
atmospheric_pressure_kpa = 92.4
"""


def write_minutes(path: Path, days: int, factors: int) -> None:
    """``days`` from 2025-01-01, each minute and factor a value of two decimals below 20."""
    luck = np.random.default_rng(20250101)
    start = np.datetime64("2025-01-01T00:00")
    with path.open("w") as file:
        file.write("time,factor,value,flag\n")
        for day in range(days):
            minutes = start + np.timedelta64(day * 1440, "m") + np.arange(1440)
            times = [text.replace("T", " ") for text in minutes.astype(str)]
            values = luck.random((1440, factors)) * 20
            file.writelines(f"{times[at]},{code},{values[at, column]:.2f},N\n"
                            for at in range(1440)
                            for column, code in enumerate(FACTORS[:factors]))


def measure(folder: Path, days: int, factors: int) -> dict[str, object]:
    """Figures of reading alone and of the whole command."""
    minutes, point = folder / "MIN.csv", folder / "POINT.toml"
    point.write_text(POINT, encoding="utf-8")
    write_minutes(minutes, days, factors)
    begun = time.perf_counter()
    rows = read_minutes(minutes, minutes.read_bytes()).line.size
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "qingyuan", "judge", "--point", str(point),
         "--minutes", str(minutes), "--out", str(folder / "out")],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"days": days, "factors": factors, "lines": rows,
            "file_mb": round(minutes.stat().st_size / 1e6, 1),
            "reading_s": round(reading, 2), "lines_per_s": round(rows / reading),
            "command_s": round(whole, 2), "command_peak_mb": round(peak / 1e3),
            "python": platform.python_version(), "machine": platform.machine()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=92)
    parser.add_argument("--factors", type=int, default=8, choices=range(8, len(FACTORS) + 1))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), options.days, options.factors), indent=2))


if __name__ == "__main__":
    main()
