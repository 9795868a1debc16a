"""The terminal: flask deploy | work | contoh | incidents | retry; more commands stand in files of their own here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from app import clock
from app.cli import audit as audit_command
from app.cli import backup as backup_commands
from app.cli import doctor as doctor_commands
from app.cli import processes as process_commands
from app.cli import scenarios as scenario_command
from app.errors import AlurError
from app.flows import deploy as deploying
from app.flows import retry as retrying
from app.flows import sample
from app.flows.house import house
from app.flows.intervention import Intervention
from app.jobs.worker import work

ROOT = Path(__file__).resolve().parents[2]


def init_cli(app: Flask) -> None:
    """Register the commands."""
    for command in (deploy, work_command, contoh, incidents, retry, audit_command.audit, scenario_command.scenarios):
        app.cli.add_command(command)
    for command in (backup_commands.backup, backup_commands.restore, backup_commands.verify):
        app.cli.add_command(command)
    for command in (doctor_commands.doctor, doctor_commands.admin, process_commands.versions):
        app.cli.add_command(command)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def deploy(folder: Path | None) -> None:
    """Publish the processes under processes/, or the one in FOLDER. Known bytes change nothing."""
    sample.roles()
    deploy_all(click.echo, folder)


def deploy_all(say: Callable[[str], object], folder: Path | None = None) -> None:
    """Publish every folder under processes/, or one; ClickException with all problems of the first that is refused."""
    for path in [folder] if folder else sorted(p for p in (ROOT / "processes").iterdir() if p.is_dir()):
        try:
            brought = deploying.bring(deploying.read_folder(path), clock.now())
        except AlurError as e:
            raise click.ClickException(f"{path.name}:\n{e}") from e
        for line in process_commands.told(brought):
            say(line)


@click.command("work")
def work_command() -> None:
    """Execute jobs, timers and reminders until stopped."""
    house().renderer.warm_up()
    work()


@click.command()
def contoh() -> None:
    """Load the invented sample ministry, unless there are people already, and print its accounts."""
    if sample.load(clock.now()):
        click.echo("Kementerian contoh dimuat.")
    click.echo(sample.table())


@click.command()
def incidents() -> None:
    """List what failed and waits for somebody."""
    found = list(retrying.incidents())
    for job in found:
        click.echo(f"{job.id}  perkara {job.instance_id}  {job.name or job.element}: {job.message}")
    if not found:
        click.echo("Tidak ada insiden.")


@click.command()
@click.argument("job_id")
@click.option("--reason", default="Dicoba lagi dari terminal.", help="Why; it stays in the case's history.")
def retry(job_id: str, reason: str) -> None:
    """Set an incident back to ready."""
    try:
        retrying.retry(job_id, clock.now(), Intervention(reason=reason))
    except AlurError as e:
        raise click.ClickException(str(e)) from e
    click.echo("Akan dicoba lagi.")
