"""The demonstration: a plainly fictitious company, its people, stations and history."""
