"""Pages of the reports area: report tables, statistics, and the hours that rates are made of."""
