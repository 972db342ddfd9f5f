"""The demonstration: a plainly fictitious company, its people, its stations, two weeks of history."""
