"""The commands behind ``kutip``: each parses its arguments, calls `index` or `qa` and prints.

Nothing heavy is imported before a command runs, so that ``kutip --help`` answers at once.
"""
