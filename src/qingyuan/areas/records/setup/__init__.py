"""Setting a company up from one workbook: the sheets of all areas put together, uploads that wait
for their report, and the work on them.

The areas below bring their sheets; only here, above them all, can one file hold all of it.
"""

from qingyuan.areas.assets import setup_contracts, setup_people, setup_points
from qingyuan.areas.assets.setup_book import Sheet
from qingyuan.areas.maintenance import importing as last
from qingyuan.areas.records import importing as old

SHEETS: tuple[Sheet, ...] = (
    *setup_points.SHEETS, *setup_contracts.SHEETS, *last.SHEETS, *old.SHEETS,
    *setup_people.SHEETS,
)
