"""The worked scenarios of ``cases/`` under test: their language, their doors, their reference."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
