"""From marked hours to judged values: claim a point, read, judge, store what differs."""
