"""The benchmark: what design section 8 measures, as ratios to yardsticks taken in the same run.

A machine, a disk and a busy neighbour change every absolute figure; the ratio to something that does the bare
minimum of the same work, measured in turns with it, changes little. `python -m bench --quick` takes two minutes.
"""
