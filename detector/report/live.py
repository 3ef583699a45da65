"""One line for each message as it comes: an alert, or a command.

Log values reach the terminal as plain text only: no control character.

Examples:
    >>> from schemas.command import SubjectId
    >>> print(command_line(RevokeCommand(
    ...     command_uid="c1", action="disable", scope="credential", mode="dry_run", tenant="acme",
    ...     issued_at=0, expires_at=1, finding_uid="f1", sub_id=SubjectId("opaque", id="AKIA1"),
    ...     step="iam:UpdateAccessKey",
    ... )))
    1970-01-01 00:00:00  command   dry run  needs approval  AKIA1: iam:UpdateAccessKey
"""

from detector.report.phrases import call, name_of
from detector.report.words import moment, plain
from schemas.alert import Alert
from schemas.command import RevokeCommand

_LONGEST = 60
_ACTIVITY = {1: "new", 2: "update", 3: "closed"}


def alert_line(alert: Alert) -> str:
    """When, how grave, whether it is new, whose credential, what it looks like, by which event."""
    story = alert.unmapped
    held = name_of(story.credential) if story.credential else ""
    who = plain(story.entity.split(":", 2)[-1], _LONGEST)
    head = f"{moment(story.decisive.time)}  {alert.severity.lower():8}  "
    whose = f"{who} with {plain(held, _LONGEST)}" if held else who
    title = plain(alert.finding_info.title, 2 * _LONGEST)
    called = plain(call(story.decisive), _LONGEST)
    return f"{head}{_ACTIVITY[alert.activity_id]:6}  {whose}: {title} ({called})"


def command_line(command: RevokeCommand) -> str:
    """When, whether it may be acted on, what is taken from whom, and how."""
    mode, tier = (word.replace("_", " ") for word in (command.mode, command.tier))
    whom = command.sub_id.id or command.sub_id.uri or command.sub_id.email or command.sub_id.sub
    how = plain(command.step or command.action, 3 * _LONGEST)
    head = f"{moment(command.issued_at)}  command   {mode}  {tier}"
    return f"{head}  {plain(whom, _LONGEST)}: {how}"
