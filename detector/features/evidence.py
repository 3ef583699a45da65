"""Evidence made from marks: the moments, the numbers against normal, and what it rests on."""

from collections.abc import Iterable, Sequence

from detector.features.view import View
from detector.findings import MAX_MOMENTS, Evidence, Moment, Normal, Spared
from detector.window.marks import Mark
from schemas.event import ActivityEvent


def moment(event: ActivityEvent, novel: tuple[str, ...] = ()) -> Moment:
    """One line of a timeline.

    Examples:
        >>> from schemas.event import Action, Principal
        >>> moment(ActivityEvent(uid="e", source="s", tenant="t", time=1,
        ...     principal=Principal(uid="p"), action=Action("s3", "ListBuckets"))).operation
        'ListBuckets'
    """
    action, origin = event.action, event.origin
    return Moment(
        time=event.time,
        uid=event.uid,
        service=action.service if action is not None else "",
        operation=action.operation if action is not None else event.kind,
        access=action.access if action is not None else "",
        effect=action.effect if action is not None else "",
        status=event.outcome.status if event.outcome is not None else "success",
        target=event.target.uid if event.target is not None else "",
        foreign=action.foreign if action is not None else "",
        address=origin.address if origin is not None else "",
        network=origin.network if origin is not None else "",
        client=origin.client if origin is not None else "",
        credential=event.credential.uid if event.credential is not None else "",
        principal=event.principal.uid,
        source=event.source,
        novel=novel,
    )


def spared(event: ActivityEvent) -> Spared:
    """Why the credential in use is not to be revoked, if it is not."""
    posture = event.posture
    if posture is None:
        return ""
    return "canary" if posture.canary else "protected" if posture.protected else ""


def gather(
    view: View,
    detection: str,
    marks: Sequence[Mark],
    score: float,
    reasons: Iterable[str],
    *,
    normal: Iterable[Normal] = (),
    provisional: bool = False,
) -> Evidence | None:
    """The evidence that these marks are for a detection, decided by the view's mark; none if the
    score is below what the decision asks for."""
    if score < view.floor:
        return None
    moments = sorted(moment(m.event, m.novel) for m in marks)
    event = view.event
    statuses = {m.status for m in moments}
    return Evidence(
        detection=detection,
        entity=view.state.key,
        decisive=moment(event, view.mark.novel),
        moments=tuple(moments[:MAX_MOMENTS]),
        score=round(score, 4),
        reasons=tuple(reasons),
        normal=tuple(normal),
        count=len(moments),
        denied_only="success" not in statuses,
        provisional=provisional,
        path=view.path,
        links=tuple(sorted({m.credential for m in moments if m.credential})),
        principal=event.principal,
        credential=event.credential,
        origin=event.origin,
        spared=spared(event),
    )
