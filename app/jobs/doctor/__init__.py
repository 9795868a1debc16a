"""What an office can look at before it calls somebody: is this application set up so that people can work with it?

`flask doctor` runs all of CHECKS, the page "Periksa sambungan" those that reach out. A check says what is and what to
do, never a secret, and never takes longer than its time.
"""

from app.jobs.doctor.checks import CHECKS, OUTSIDE
from app.jobs.doctor.run import Check, Finding, examine, run

__all__ = ["CHECKS", "OUTSIDE", "Check", "Finding", "examine", "run"]
