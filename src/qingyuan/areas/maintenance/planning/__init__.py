"""From duties to tasks: clocks, windows, visits."""
