"""The workbench: measures by dimensions, compared, drawn, kept, shared and said in words."""
