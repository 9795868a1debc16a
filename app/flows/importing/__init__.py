"""People and masters from a workbook or CSV: read, check, plan, show, and only then apply.

    reading   bytes -> Grid          workbook.py, textfile.py
    naming    Grid -> Table          headers.py, columns.py
    checking  Table -> Record        check.py, cells.py
    planning  Record -> Change       plan.py (with people.py, heads.py), against what known.py found in the database
    applying  Change -> rows         write.py, in one transaction; runs.py keeps the run and its states

Nothing before the last step writes anything but the run itself. The plan is made twice: for the preview, and again
inside the transaction that applies it. If the two differ, somebody changed the masters meanwhile, and the new plan is
shown instead of being applied.
"""
