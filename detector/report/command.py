"""The command panel of a finding: what would go out, what it breaks, what lives on; or why not."""

from detector.report.markup import Child, Markup, element, join
from detector.report.words import moment, several, span
from schemas.command import Descendant, RevokeCommand
from schemas.story import Story

MODE = {"dry_run": "dry run: nothing may act on it", "enforce": "enforced"}
TIER = {"auto": "acts unasked", "needs_approval": "needs approval", "never": "never"}


def panel(story: Story, command: RevokeCommand | None) -> Markup:
    """The command if there is one, or the one that has gone out for another finding; else why it is
    withheld. Children are listed either way."""
    if command is None:
        head = element("h4", "No revoke command")
        why = element(
            "p", story.withheld or "No detection above the revoke threshold asks for one."
        )
        return element("section", head, why, children(story.descendants), cls="command none")
    return element(
        "section",
        element("h4", "Revoke command ", element("small", _terms(command))),
        element("pre", command.step or f"{command.action} {command.sub_id.id}"),
        element("p", story.withheld) if story.withheld else None,
        _facts(command),
        _list("Why", command.reasons),
        children(command.descendants or story.descendants),
        cls=f"command {command.mode}",
    )


def _terms(command: RevokeCommand) -> str:
    return f"{command.action} · {command.scope} · {MODE[command.mode]} · {TIER[command.tier]}"


def _facts(command: RevokeCommand) -> Markup:
    life = span(command.expires_at - command.issued_at)
    undo = command.undo or "Cannot be undone."
    return element(
        "dl",
        *_pair("Breaks", join(element("div", line) for line in command.breaks)),
        *_pair("Undo", element("code", undo) if command.undo else undo),
        *_pair("Expires", f"{moment(command.expires_at)} UTC, {life} after the finding"),
        *_pair("Command id", element("code", command.command_uid)),
    )


def _pair(term: str, value: Child) -> tuple[Markup, ...]:
    return (element("dt", term), element("dd", value)) if value else ()


def _list(title: str, lines: tuple[str, ...]) -> Markup | None:
    if not lines:
        return None
    items = (element("li", line) for line in lines)
    return join((element("h5", title), element("ul", *items)))


def children(descendants: tuple[Descendant, ...]) -> Markup | None:
    """What lives on when the credential is revoked, each with the step that ends it."""
    if not descendants:
        return None
    rows = (
        element(
            "tr",
            element("td", element("code", child.uid), " ", child.kind.replace("_", " ")),
            element("td", child.principal),
            element("td", f"{moment(child.since)}"),
            element("td", element("code", child.step)),
        )
        for child in descendants
    )
    title = f"{several(len(descendants), 'live child').replace('childs', 'children')}: "
    return join(
        (
            element("h5", title, "revoking the credential does not end them"),
            element("table", _head("Credential", "Used by", "Since (UTC)", "Ended by"), *rows),
        )
    )


def _head(*names: str) -> Markup:
    return element("tr", *(element("th", name) for name in names))
